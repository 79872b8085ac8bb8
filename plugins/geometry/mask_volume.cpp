#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::geometry {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; any value but 0 is inside"};
constexpr Output<Mask> kOutMask{"mask", "The mask as it came, for graphs in which the volume is a figure on the way"};
constexpr Output<Number> kVolume{"volume", "Volume of the voxels inside, in ml"};

class MaskVolume : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    for (const double spacing : mask.geometry.spacing)
      if (!(spacing > 0))
        throw Error("'" + grid::name_of(mask.source, "mask") +
                    "' has a voxel size that is not above 0 mm; repair the image first");
    const auto outside = std::count(mask.voxels.begin(), mask.voxels.end(), std::uint8_t{0});
    const double voxels = static_cast<double>(static_cast<std::int64_t>(mask.voxels.size()) - outside);
    Number volume;
    volume.value = voxels * mask.geometry.voxel_volume() / 1000;
    volume.unit = "ml";
    context.report("voxels", voxels);
    context.report("volume_ml", volume.value);
    context.emit(kVolume, std::move(volume));
    context.pass(kMask, kOutMask);
  }
};

}  // namespace

NodeType mask_volume_type() {
  NodeType type;
  type.name = "geometry.mask_volume";
  type.summary = "The volume of a mask, as a number for other nodes";
  type.details =
      "Number of voxels that are not 0, times the volume of a voxel. The result is a Number, for conditions and parameters, and "
      "a figure of the case. The mask is passed on, nothing is copied. An empty mask has a volume of 0. Reports voxels "
      "and volume_ml. Errors: a voxel size that is not above 0; a mask with fewer values than voxels.";
  type.inputs = {kMask};
  type.outputs = {kOutMask, kVolume};
  type.concurrent = true;
  type.create = create_node<MaskVolume>;
  return type;
}

}  // namespace flowrun::geometry
