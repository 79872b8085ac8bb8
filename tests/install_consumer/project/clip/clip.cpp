// A plugin in one file, with the standard library only: clip.limit keeps the voxels of an image within two values.
#include <algorithm>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

using namespace flowrun;

namespace {

class Limit : public Node {
  void open(OpenContext& context) override {
    low_ = static_cast<float>(context.params().number("low"));
    high_ = static_cast<float>(context.params().number("high"));
    if (low_ > high_) throw Error("'low' is " + std::to_string(low_) + ", which is more than 'high'; swap them");
  }
  void process(Context& context) override {
    Volume volume = context.in<Volume>("volume");
    std::int64_t changed = 0;
    for (float& voxel : volume.voxels) {
      const float limited = std::clamp(voxel, low_, high_);
      changed += limited != voxel;
      voxel = limited;
    }
    context.report("changed", static_cast<double>(changed));
    context.emit("volume", std::move(volume));
  }

  float low_ = 0;
  float high_ = 0;
};

std::vector<NodeType> node_types() {
  NodeType limit{.name = "clip.limit", .summary = "An image whose voxels are kept within two values"};
  limit.details = "Smaller voxels become 'low', greater ones 'high'; NaN counts as changed. Reports changed, their number.";
  limit.inputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"}};
  limit.outputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "The image within the values"}};
  limit.params = {{.name = "low", .default_value = 0.0, .help = "Smallest value that stays"},
                  {.name = "high", .default_value = 1.0, .help = "Greatest value that stays", .min = -1000, .max = 1000}};
  limit.concurrent = true;
  limit.create = []() -> std::unique_ptr<Node> { return std::make_unique<Limit>(); };
  return {limit};
}

}  // namespace

FLOWRUN_PLUGIN("clip", "1.0.0", "Apache-2.0", node_types);
