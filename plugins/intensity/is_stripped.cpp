#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "brain_signs.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image in any unit"};
constexpr Output<Number> kStripped{"stripped", "1 where the image shows a brain on a background of exactly 0, else 0"};
constexpr Output<Number> kBackground{"background", "Share of the voxels that are exactly 0, from 0 to 1"};

Number number_of(double value) {
  Number number;
  number.value = value;
  return number;
}

class IsStripped : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    const std::string name = grid::name_of(volume.source, "volume");
    if (volume.voxels.empty()) throw Error("'" + name + "' has no voxels; look at what made it");
    const auto zeros = std::count_if(volume.voxels.begin(), volume.voxels.end(),
                                     [](float value) { return value == 0 || std::isnan(value); });
    const double share = static_cast<double>(zeros) / static_cast<double>(volume.voxels.size());
    const bool stripped = share >= context.params().number("least_background") && share < 1 && not_stripped(volume, name).empty();
    context.report("stripped", stripped);
    context.report("background", share);
    context.emit(kStripped, number_of(stripped));
    context.emit(kBackground, number_of(share));
  }
};

}  // namespace

NodeType is_stripped_type() {
  NodeType type;
  type.name = "intensity.is_stripped";
  type.summary = "Whether an image is skull-stripped already, as a number for conditions";
  type.details =
      "1 where at least the share 'least_background' of the voxels is exactly 0 (NaN counts as 0) and nothing shows that the "
      "others are no brain: they fill at most a quarter of the corners of the box around them, and at most 2500 ml "
      "(intensity.nonzero_mask has their sources). So \"when\": { \"number\": \"signs.stripped\", \"below\": 1 } runs "
      "brain extraction only where it is needed.\n\n"
      "Scanners set the air to 0 too, so a whole head differs from a brain by its volume alone: a head of which the image shows "
      "less than 2500 ml counts as stripped. Look at the images where the field of view is small, or give a brain mask. An image "
      "of zeros is not stripped. Reports stripped and background. Errors: an image without a voxel, or with fewer values than "
      "voxels.";
  type.inputs = {kVolume};
  type.outputs = {kStripped, kBackground};
  type.params = {{.name = "least_background",
                  .default_value = 0.25,
                  .help = "Share of the voxels that must be exactly 0",
                  .min = 0,
                  .max = 1}};
  type.concurrent = true;
  type.create = create_node<IsStripped>;
  return type;
}

}  // namespace flowrun::intensity
