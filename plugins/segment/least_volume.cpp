#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; any value but 0 is inside"};
constexpr Output<Mask> kOutMask{"mask", "The same mask, or one without a voxel, on the same grid"};

/// Files keep spacings in float32: a mask of exactly the least volume must not fall just short of it.
constexpr double kTolerance = 1e-6;

class LeastVolume : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const double least = context.params().number("least");
    const auto outside = std::count(mask.voxels.begin(), mask.voxels.end(), std::uint8_t{0});
    const double voxels = static_cast<double>(mask.voxels.size()) - static_cast<double>(outside);
    const double volume = voxels * mask.geometry.voxel_volume() / 1000;
    const bool emptied = voxels > 0 && volume < least * (1 - kTolerance);
    if (emptied)
      context.warn("the mask has " + to_string(ParamValue(volume)) + " ml in all, less than 'least' (" +
                   to_string(ParamValue(least)) + " ml), so the result is empty");
    context.report("emptied", emptied ? 1 : 0);
    context.report("volume_ml", emptied ? 0 : volume);
    context.emit(kOutMask, emptied ? image_like<Mask>(mask) : context.take(kMask));
  }
};

}  // namespace

NodeType least_volume_type() {
  NodeType type;
  type.name = "segment.least_volume";
  type.summary = "A mask, or an empty one where its whole volume is too small";
  type.details =
      "Passes the mask on as it is when its voxels together have at least 'least' ml, else one without a voxel, with a warning "
      "that "
      "says both volumes. The volume is the number of voxels times the volume of a voxel, compared with a relative tolerance of "
      "1e-6, because files keep spacings in float32.\n\n"
      "nicMSlesions (Valverde et al., NeuroImage 2017) takes less than 0.5 ml of lesions for a head without any.\n\n"
      "An empty mask stays empty, without a warning. Error: a mask with fewer values than voxels. Reports emptied (1 or 0) and "
      "volume_ml of the result.";
  type.inputs = {kMask};
  type.outputs = {kOutMask};
  type.params = {{.name = "least",
                  .default_value = 0.5,
                  .help = "Smallest volume of the whole mask that is kept",
                  .min = 0,
                  .unit = "ml",
                  .per_case = true}};
  type.concurrent = true;
  type.create = create_node<LeastVolume>;
  return type;
}

}  // namespace flowrun::segment
