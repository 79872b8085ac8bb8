#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "connectivity.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; any value but 0 is inside"};
constexpr Output<Mask> kOutMask{"mask", "The mask with its holes filled, 1 inside, on the same grid"};

using components::ConnectedRuns;

/// For each component of the background, whether it has a voxel at the image's border.
std::vector<std::uint8_t> at_border(const ConnectedRuns& background, const Geometry& grid) {
  const auto& size = grid.size;
  std::vector<std::uint8_t> found(background.voxels_of.size(), 0);
  for (std::int64_t row = 0; row < size[1] * size[2]; ++row) {
    const std::int64_t y = row % size[1], z = row / size[1];
    const bool edge = y == 0 || y + 1 == size[1] || z == 0 || z + 1 == size[2];
    for (auto i = background.row_begin[static_cast<std::size_t>(row)];
         i < background.row_begin[static_cast<std::size_t>(row) + 1]; ++i) {
      const components::Run& run = background.runs[static_cast<std::size_t>(i)];
      if (edge || run.begin == 0 || run.end == size[0]) found[static_cast<std::size_t>(run.component)] = 1;
    }
  }
  return found;
}

class FillHoles : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    Mask outside = image_like<Mask>(mask);
    std::transform(mask.voxels.begin(), mask.voxels.end(), outside.voxels.begin(),
                   [](std::uint8_t value) -> std::uint8_t { return value == 0; });
    const ConnectedRuns background = components::connected_runs(outside, connectivity_of(context.params()));
    const std::vector<std::uint8_t> open = at_border(background, mask.geometry);
    double filled = 0;
    for (std::size_t i = 0; i < open.size(); ++i)
      if (!open[i]) filled += static_cast<double>(background.voxels_of[i]);
    Mask result = std::move(outside);
    result.voxels = components::paint(background, mask.geometry, open);
    for (std::uint8_t& voxel : result.voxels) voxel = voxel == 0;
    context.report("holes", static_cast<double>(std::count(open.begin(), open.end(), 0)));
    context.report("filled_voxels", filled);
    context.emit(kOutMask, std::move(result));
  }
};

}  // namespace

NodeType fill_holes_type() {
  NodeType type;
  type.name = "segment.fill_holes";
  type.summary = "A mask with the background filled that it encloses";
  type.details =
      "A hole is a connected part of the background (value 0) from which no path of touching background voxels leads to the "
      "border of the image. 'connectivity' says which background voxels touch: with 6, the default here and in ITK and SciPy, "
      "only those that share a face, so a wall that is closed by edges and corners closes; with 26 a path also slips through "
      "where two voxels of the wall touch by an edge or a corner only, and fewer holes are filled.\n\n"
      "Holes are those of the volume, not of its slices: ventricles that open to the outside somewhere are no holes, and an "
      "image of one slice has none, because each of its voxels lies at the border. Close small openings first with "
      "segment.dilate, and use segment.erode after. Values but 0 become 1. An empty or full mask is no error. Error: a mask "
      "with fewer values than voxels. Reports holes (how many were filled) and filled_voxels.";
  type.inputs = {kMask};
  type.outputs = {kOutMask};
  type.params = {connectivity_param("How many neighbours of a background voxel touch it")};
  type.concurrent = true;
  type.create = create_node<FillHoles>;
  return type;
}

}  // namespace flowrun::segment
