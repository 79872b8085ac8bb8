// A plugin of someone who built it with the first SDK of ABI 2 and went away.
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"

namespace {

using namespace flowrun;

constexpr Input<Volume> kVolume{"volume", "Any image"};
constexpr OptionalInput<Mask> kMask{"mask", "Where it counts"};
constexpr Output<Volume> kScaled{"volume", "The image times 'factor'"};
constexpr Output<Number> kSum{"sum", "Sum of the voxels in the mask"};

/// Uses what a node of a map can use: parameters, an optional input, taking over, a report, a warning, an Error.
class Scale : public Node {
 public:
  void open(OpenContext& context) override { factor_ = context.params().number("factor"); }

  void process(Context& context) override {
    if (factor_ == 0) throw Error("factor 0 leaves nothing");
    const Mask* const mask = context.in(kMask);
    Volume volume = context.take(kVolume);
    double sum = 0;
    for (std::size_t i = 0; i < volume.voxels.size(); ++i) {
      volume.voxels[i] *= static_cast<float>(factor_);
      if (!mask || mask->voxels[i] != 0) sum += volume.voxels[i];
    }
    if (sum < 0) context.warn("the sum is below 0");
    context.report("sum", sum);
    Number number;
    number.value = sum;
    context.emit(kSum, std::move(number));
    context.emit(kScaled, std::move(volume));
  }

 private:
  double factor_ = 1;
};

NodeType scale_type() {
  NodeType type;
  type.name = "first_sdk.scale";
  type.summary = "An image times a number";
  type.inputs = {kVolume, kMask};
  type.outputs = {kScaled, kSum};
  type.params = {{.name = "factor", .default_value = 2.0, .help = "The number"}};
  type.concurrent = true;
  type.create = create_node<Scale>;
  return type;
}

std::vector<NodeType> node_types() { return {scale_type()}; }

}  // namespace

FLOWRUN_PLUGIN("first_sdk", "1.0.0", "Apache-2.0", node_types);
