// A node whose formula can be changed in the built library: tests overwrite the factor there, as if the plugin had been built again.
#include <cstdlib>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun::formula {
namespace {

const volatile char kFactor[] = "FACTOR=2;";

class Multiply : public Node {
  void process(Context& context) override {
    Volume volume = context.in<Volume>("volume");
    for (float& voxel : volume.voxels) voxel *= static_cast<float>(kFactor[7] - '0');
    context.emit("volume", std::move(volume));
  }
};

std::vector<NodeType> node_types() {
  NodeType type{.name = "formula.multiply", .summary = "Multiplies an image by a number that is built in"};
  type.inputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"}};
  type.outputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "The product"}};
  type.create = [] { return std::unique_ptr<Node>(std::make_unique<Multiply>()); };
  NodeType other = type;
  other.name = "formula.anyhow";
  other.repeatable = false;
  return {other, type};
}

}  // namespace
}  // namespace flowrun::formula

FLOWRUN_PLUGIN("formula", "1.0.0", "Apache-2.0", flowrun::formula::node_types);
