// A node of a plugin, whose results can be kept: those of the application's own nodes cannot.
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun::sessiontest {
namespace {

class Scale : public Node {
  void process(Context& context) override {
    Volume volume = context.in<Volume>("volume");
    for (float& voxel : volume.voxels) voxel *= static_cast<float>(context.params().number("by"));
    context.report("by", context.params().number("by"));
    context.emit("volume", std::move(volume));
  }
};

std::vector<NodeType> node_types() {
  NodeType type{.name = "sessiontest.scale", .summary = "Multiplies"};
  type.inputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"}};
  type.outputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "The product"}};
  type.params = {{.name = "by", .type = ParamType::number, .default_value = 2.0, .help = "Of every voxel", .per_case = true}};
  type.create = [] { return std::unique_ptr<Node>(std::make_unique<Scale>()); };
  return {type};
}

}  // namespace
}  // namespace flowrun::sessiontest

FLOWRUN_PLUGIN("sessiontest", "1.0.0", "Apache-2.0", flowrun::sessiontest::node_types);
