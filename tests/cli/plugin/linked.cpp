// A node whose formula lies in a library below the plugin's own. Two plugins are built of it.
#include "factor.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun::linked {
namespace {

class Multiply : public Node {
  void process(Context& context) override {
    Volume volume = context.in<Volume>("volume");
    for (float& voxel : volume.voxels) voxel *= clitest_factor();
    context.emit("volume", std::move(volume));
  }
};

std::vector<NodeType> node_types() {
  NodeType type{.name = LINKED_PLUGIN ".multiply", .summary = "Multiplies an image by a number of a library below"};
  type.inputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"}};
  type.outputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "The product"}};
  type.create = [] { return std::unique_ptr<Node>(std::make_unique<Multiply>()); };
  return {type};
}

}  // namespace
}  // namespace flowrun::linked

FLOWRUN_PLUGIN(LINKED_PLUGIN, "1.0.0", "Apache-2.0", flowrun::linked::node_types);
