#include "node_types.h"

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Any image"};
constexpr Input<Mask> kMask{"mask", "Voxels that are kept, such as the brain, on the volume's grid"};
constexpr Output<Volume> kOutVolume{"volume", "The image with one value outside of the mask"};

class ApplyMask : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_one_grid(context.in(kVolume), "volume", mask, "mask");
    const auto outside = static_cast<float>(context.params().number("outside"));
    Volume result = context.take(kVolume);
    for (std::size_t i = 0; i < result.voxels.size(); ++i)
      if (mask.voxels[i] == 0) result.voxels[i] = outside;
    context.emit(kOutVolume, std::move(result));
  }
};

}  // namespace

NodeType apply_mask_type() {
  NodeType type;
  type.name = "intensity.apply_mask";
  type.summary = "An image with one value outside of a mask";
  type.details =
      "Voxels outside of the mask become 'outside', 0 by default: what a skull-stripped image has around the brain. Voxels "
      "inside keep "
      "their values, also those that are 0. Errors: image and mask on different grids or in different spaces.";
  type.inputs = {kVolume, kMask};
  type.outputs = {kOutVolume};
  type.params = {{.name = "outside", .default_value = 0.0, .help = "Value of the voxels outside of the mask"}};
  type.concurrent = true;
  type.create = create_node<ApplyMask>;
  return type;
}

}  // namespace flowrun::intensity
