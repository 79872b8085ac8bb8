// Node types of this folder's own: a plain one, one that streams, one that collects.
#pragma once

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace toy {

using namespace flowrun;

/// A volume of one voxel.
inline Volume voxel(float value) {
  Volume volume;
  volume.geometry.size = {1, 1, 1};
  volume.voxels = {value};
  return volume;
}

struct Scale : Node {
  double factor = 0;
  void open(OpenContext& context) override {
    factor = context.params().number("factor");
    if (factor == 0) context.warn("everything becomes 0");
  }
  void process(Context& context) override {
    Volume volume = context.in<Volume>("volume");
    for (float& value : volume.voxels) value = static_cast<float>(value * factor);
    context.report("voxels", static_cast<double>(volume.voxels.size()));
    context.progress(1);
    context.emit("volume", std::move(volume));
  }
};

/// Emits `count` scaled copies; fails at the one that `fail_at` names.
struct Copies : Node {
  struct Copying : Firing {
    std::int64_t left = 0, all = 0;
    bool next(Context& context) override {
      if (left == 0) return false;
      const std::int64_t index = all - left--;
      if (index == context.params().integer("fail_at")) throw Error("copy " + std::to_string(index) + " is not to be made");
      context.emit("copies", voxel(context.in<Volume>("volume").voxels[0] + static_cast<float>(index)));
      return true;
    }
    std::int64_t expected() const override { return all; }
  };
  std::unique_ptr<Firing> begin(Context& context) override {
    auto firing = std::make_unique<Copying>();
    firing->left = firing->all = context.params().integer("count");
    return firing;
  }
};

struct Sum : Node {
  struct Adding : Firing {
    float total = 0;
    void accept(Context&, std::string_view, const PayloadPtr& item) override {
      total += payload_cast<Volume>(item.get())->voxels[0];
    }
    void finish(Context& context) override { context.emit("sum", voxel(total)); }
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<Adding>(); }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

inline NodeType scale_type() {
  NodeType type{.name = "toy.scale"};
  type.inputs = {{.name = "volume", .payload = std::string(Volume::kType)}};
  type.outputs = {{.name = "volume", .payload = std::string(Volume::kType)}};
  type.params = {{.name = "factor", .type = ParamType::number, .min = 0, .max = 10},
                 {.name = "mode", .type = ParamType::choice, .default_value = "plain", .choices = {"plain", "fancy"}},
                 {.name = "sizes", .type = ParamType::integers, .default_value = std::vector<std::int64_t>{1, 2}, .length = 2}};
  type.create = make<Scale>;
  return type;
}

inline NodeType copies_type() {
  NodeType type{.name = "toy.copies"};
  type.inputs = {{.name = "volume", .payload = std::string(Volume::kType)}};
  type.outputs = {{.name = "copies", .payload = std::string(Volume::kType), .stream = true}};
  type.params = {{.name = "count", .type = ParamType::integer, .default_value = std::int64_t{3}},
                 {.name = "fail_at", .type = ParamType::integer, .default_value = std::int64_t{-1}, .per_case = true}};
  type.create = make<Copies>;
  return type;
}

inline NodeType sum_type() {
  NodeType type{.name = "toy.sum"};
  type.inputs = {{.name = "items", .payload = std::string(Volume::kType), .scope = Scope::chunk, .collects = true}};
  type.outputs = {{.name = "sum", .payload = std::string(Volume::kType)}};
  type.create = make<Sum>;
  return type;
}

}  // namespace toy
