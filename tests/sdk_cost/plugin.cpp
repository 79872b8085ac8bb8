// A plugin as people write it: one map node, the standard library and the SDK, nothing else. Never linked.
#include <algorithm>
#include <vector>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace {

using namespace flowrun;

constexpr Input<Volume> kIn{"volume", "Any image"};
constexpr Output<Volume> kOut{"volume", "The image, nothing below 'least'"};

class AtLeast : public Node {
 public:
  void process(Context& context) override {
    Volume volume = context.take(kIn);
    const auto least = static_cast<float>(context.params().number("least"));
    for (float& value : volume.voxels) value = std::max(value, least);
    context.emit(kOut, std::move(volume));
  }
};

std::vector<NodeType> node_types() {
  NodeType type;
  type.name = "cost.at_least";
  type.summary = "An image without values below a limit";
  type.inputs = {kIn};
  type.outputs = {kOut};
  type.params = {{.name = "least", .default_value = 0.0, .help = "The limit"}};
  type.create = create_node<AtLeast>;
  return {type};
}

}  // namespace

FLOWRUN_PLUGIN("cost", "1.0.0", "Apache-2.0", node_types);
