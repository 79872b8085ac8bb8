#include "node_types.h"

#include <algorithm>
#include <limits>

#include "common/distance/distance.h"
#include "common/grid/inputs.h"
#include "connectivity.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask to grow from; any value but 0 is inside"};
constexpr Input<Volume> kVolume{"volume", "Image whose values decide, on the mask's grid"};
constexpr Output<Mask> kOutMask{"mask", "The grown mask, 1 inside, on the same grid"};

/// Files keep spacings in float32: a voxel 3 times 0.7 mm away lies within 2.1 mm.
constexpr double kRounding = 1e-6;

std::int64_t count(const Mask& mask) { return std::count(mask.voxels.begin(), mask.voxels.end(), 1); }

/// Where the mask may grow to, itself included.
Mask room_of(const Mask& mask, const Volume& volume, const std::vector<double>& distance, double above) {
  Mask room = image_like<Mask>(mask);
  for (std::size_t i = 0; i < room.voxels.size(); ++i)
    room.voxels[i] = mask.voxels[i] != 0 || (distance[i] < std::numeric_limits<double>::infinity() && volume.voxels[i] > above);
  return room;
}

/// The connected parts of `room` that have a voxel of the mask.
std::vector<std::uint8_t> reached(const Mask& room, const Mask& mask, components::Connectivity connectivity) {
  const components::ConnectedRuns parts = components::connected_runs(room, connectivity);
  std::vector<std::uint8_t> has(parts.voxels_of.size(), 0);
  for (std::size_t row = 0; row + 1 < parts.row_begin.size(); ++row) {
    const auto start = mask.voxels.begin() + static_cast<std::int64_t>(row) * mask.geometry.size[0];
    for (std::int64_t i = parts.row_begin[row]; i < parts.row_begin[row + 1]; ++i) {
      const components::Run& run = parts.runs[static_cast<std::size_t>(i)];
      if (std::any_of(start + run.begin, start + run.end, [](std::uint8_t value) { return value != 0; }))
        has[static_cast<std::size_t>(run.component)] = 1;
    }
  }
  return components::paint(parts, mask.geometry, has);
}

class Grow : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    const Volume& volume = context.in(kVolume);
    grid::require_one_grid(volume, "volume", mask, "mask");
    grid::require_spacing(mask, "mask");
    const double within = context.params().number("within") * (1 + kRounding);
    const std::vector<double> distance = distance::squared_distance(mask, true, within * within, context);
    if (context.cancelled()) return;
    const Mask room = room_of(mask, volume, distance, context.params().number("above"));
    Mask result = image_like<Mask>(mask);
    result.voxels = reached(room, mask, connectivity_of(context.params()));
    const std::int64_t before = std::count_if(mask.voxels.begin(), mask.voxels.end(), [](std::uint8_t value) { return value != 0; });
    const std::int64_t after = count(result);
    context.report("added_voxels", static_cast<double>(after - before));
    context.report("volume_ml", static_cast<double>(after) * mask.geometry.voxel_volume() / 1000);
    context.emit(kOutMask, std::move(result));
  }
};

}  // namespace

NodeType grow_type() {
  NodeType type;
  type.name = "segment.grow";
  type.summary = "A mask grown into the touching voxels whose value in an image is above a threshold";
  type.details =
      "Region growing from all voxels of the mask at once: a voxel is taken when its value is greater than 'above' (equal is "
      "not; NaN never is), when its centre is at most 'within' mm from the centre of a voxel of the mask, and when a path of "
      "touching voxels of this kind leads to it from the mask. 'connectivity' says which voxels touch. Voxels of the mask stay, "
      "whatever their value.\n\n"
      "Networks that learned from small lesions can miss the bright core of a large one; with a normalised FLAIR (standard "
      "deviations over the brain) and 'above' 2.5 the core is taken when its rim was found. Keep 'within' small: bright rims of "
      "ventricles and artefacts are taken just as well.\n\n"
      "An empty mask stays empty. Errors: image and mask on different grids; a spacing that is not above 0 and finite. Reports "
      "added_voxels, and volume_ml of the result.";
  type.inputs = {kMask, kVolume};
  type.outputs = {kOutMask};
  type.params = {{.name = "above", .default_value = 2.5, .help = "Voxels are taken whose value is greater than this"},
                 {.name = "within",
                  .default_value = 3.0,
                  .help = "Largest distance from the mask",
                  .min = 0,
                  .max = 1000,
                  .unit = "mm"},
                 connectivity_param("How many neighbours of a voxel touch it")};
  type.concurrent = true;
  type.create = create_node<Grow>;
  return type;
}

}  // namespace flowrun::segment
