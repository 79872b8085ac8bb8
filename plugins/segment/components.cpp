#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "connectivity.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; labels are not distinguished"};
constexpr Output<Mask> kOutMask{"mask", "The components that were kept, on the same grid"};

using components::ConnectedRuns;

/// Files keep spacings in float32: 30 voxels of 0.7 mm must not fall just short of 30 times 0.343 mm3.
constexpr double kVolumeTolerance = 1e-6;

/// For each component, whether it is at least as large as the parameters ask for.
std::vector<bool> large_enough(const ConnectedRuns& found, const Geometry& geometry, const Params& params) {
  const bool in_mm3 = params.text("unit") == "mm3";
  const double voxel = in_mm3 ? geometry.voxel_volume() : 1;
  const double smallest = params.number("smallest") * (in_mm3 ? 1 - kVolumeTolerance : 1);
  std::vector<bool> kept;
  for (const std::int64_t voxels : found.voxels_of) kept.push_back(static_cast<double>(voxels) * voxel >= smallest);
  return kept;
}

Mask kept_mask(const Mask& mask, const ConnectedRuns& found, const std::vector<bool>& kept) {
  Mask result = image_like<Mask>(mask);
  result.voxels = components::paint(found, mask.geometry, std::vector<std::uint8_t>(kept.begin(), kept.end()));
  return result;
}

class Components : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const ConnectedRuns found = components::connected_runs(mask, connectivity_of(context.params()));
    const std::vector<bool> kept = large_enough(found, mask.geometry, context.params());
    Mask result = kept_mask(mask, found, kept);
    context.report("components", static_cast<double>(kept.size()));
    context.report("kept", static_cast<double>(std::count(kept.begin(), kept.end(), true)));
    const auto voxels = static_cast<double>(std::count(result.voxels.begin(), result.voxels.end(), 1));
    context.report("voxels", voxels);
    context.report("volume_ml", voxels * mask.geometry.voxel_volume() / 1000);
    context.emit(kOutMask, std::move(result));
  }
};

}  // namespace

NodeType components_type() {
  NodeType type;
  type.name = "segment.components";
  type.summary = "The connected components of a mask that are large enough";
  type.details =
      "Voxels of the mask (any value but 0) that touch form a component: by a face (6), a face or an edge (18), or a face, an "
      "edge or a corner (26). Components of at least 'smallest' are kept, the others become 0; kept voxels are 1. The "
      "published code of Cabezas et al. (MSSEG challenge 2016) keeps 6-connected components of at least 30 voxels. In mm3 a "
      "component's size is its voxels times the volume of a voxel, compared with a relative tolerance of 1e-6, because files "
      "keep spacings in float32.\n\n"
      "An empty mask stays empty, which is no error. With smallest 0 or 1 voxel everything is kept. Reports components "
      "(found), kept, and voxels and volume_ml (of the result).";
  type.inputs = {kMask};
  type.outputs = {kOutMask};
  type.params = {connectivity_param("How many neighbours of a voxel touch it"),
                 {.name = "smallest", .default_value = 30.0, .help = "Smallest size that is kept, in 'unit'", .min = 0},
                 {.name = "unit",
                  .type = ParamType::choice,
                  .default_value = std::string("voxels"),
                  .help = "Unit of 'smallest'",
                  .choices = {"voxels", "mm3"}}};
  type.concurrent = true;
  type.create = create_node<Components>;
  return type;
}

}  // namespace flowrun::segment
