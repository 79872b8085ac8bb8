#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Volume> kVolume{"volume", "Map, such as a probability from 0 to 1"};
constexpr Output<Mask> kMask{"mask", "1 where the map is above the value, on the same grid"};

void warn_of_nan(Context& context, const Volume& volume) {
  const auto count = std::count_if(volume.voxels.begin(), volume.voxels.end(), [](float value) { return std::isnan(value); });
  if (count != 0)
    context.warn(std::to_string(count) + " voxels of '" + grid::name_of(volume.source, "volume") +
                 "' are NaN; they count as not above the threshold");
}

/// A threshold from 0 to 1 is one of a probability.
void warn_of_kind(Context& context, const Volume& volume, double above) {
  if (volume.facts.kind == kIntensity && above >= 0 && above <= 1)
    context.warn("'" + grid::name_of(volume.source, "volume") + "' is an image as it was measured" +
                 (volume.facts.contrast.empty() ? "" : " (" + volume.facts.contrast + ")") +
                 ", no probability, so nearly every voxel is above " + to_string(ParamValue(above)) + "; is it the right input?");
}

class Threshold : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    const double above = context.params().number("above");
    warn_of_nan(context, volume);
    warn_of_kind(context, volume, above);
    Mask result = image_like<Mask>(volume, flowrun::kMask);
    std::transform(volume.voxels.begin(), volume.voxels.end(), result.voxels.begin(),
                   [above](float value) -> std::uint8_t { return value > above; });
    const auto voxels = static_cast<double>(std::count(result.voxels.begin(), result.voxels.end(), 1));
    context.report("voxels", voxels);
    context.report("volume_ml", voxels * volume.geometry.voxel_volume() / 1000);
    context.emit(kMask, std::move(result));
  }
};

}  // namespace

NodeType threshold_type() {
  NodeType type;
  type.name = "segment.threshold";
  type.summary = "The voxels of a map above a value, as a mask";
  type.details =
      "1 where the value is greater than 'above' (equal is not above), else 0. The comparison is made in double precision: "
      "the float32 next to 0.1 is slightly more than 0.1 and so above it. NaN never counts as above; NaN voxels are a warning "
      "with their number, and so is a threshold from 0 to 1 on an image that is known to be as it was measured. Reports voxels "
      "and volume_ml, the size of the mask.";
  type.inputs = {kVolume};
  type.outputs = {kMask};
  type.params = {
      {.name = "above", .default_value = 0.5, .help = "A voxel with a greater value than this is inside", .per_case = true}};
  type.concurrent = true;
  type.create = create_node<Threshold>;
  return type;
}

}  // namespace flowrun::segment
