#include "node_types.h"

#include <limits>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "surface_distance.h"

namespace flowrun::evaluate {
namespace {

constexpr Input<Mask> kFound{"found", "Mask to evaluate", Scope::per_case};
constexpr Input<Mask> kReference{"reference", "Mask taken for the truth, on the same grid", Scope::per_case};
constexpr Output<Table> kTable{"table", "One row: the case and its measures"};

/// Voxels of two masks.
struct Counts {
  std::int64_t both = 0, found = 0, reference = 0;
};

Counts count(const Mask& found, const Mask& reference) {
  Counts counts;
  for (std::size_t i = 0; i < found.voxels.size(); ++i) {
    const bool a = found.voxels[i] != 0, b = reference.voxels[i] != 0;
    counts.both += a && b;
    counts.found += a;
    counts.reference += b;
  }
  return counts;
}

double share(std::int64_t part, std::int64_t whole, double without = std::numeric_limits<double>::quiet_NaN()) {
  return whole == 0 ? without : static_cast<double>(part) / static_cast<double>(whole);
}

Table table_of(const Counts& counts, const SurfaceDistance& surface, double voxel, std::string_view case_name) {
  const std::int64_t either = counts.found + counts.reference - counts.both;
  const double found = static_cast<double>(counts.found) * voxel, reference = static_cast<double>(counts.reference) * voxel;
  Table table;
  table.columns = {"case",      "dice",          "jaccard",        "sensitivity",        "precision",
                   "found_mm3", "reference_mm3", "difference_mm3", "difference_percent", "assd_mm",
                   "hd95_mm"};
  table.rows.push_back({std::string(case_name), share(2 * counts.both, counts.found + counts.reference, 1),
                        share(counts.both, either, 1), share(counts.both, counts.reference), share(counts.both, counts.found),
                        found, reference, found - reference, 100 * share(counts.found - counts.reference, counts.reference),
                        surface.average, surface.hausdorff_95});
  return table;
}

class Overlap : public Node {
 public:
  void process(Context& context) override {
    const Mask& found = context.in(kFound);
    const Mask& reference = context.in(kReference);
    grid::require_one_grid(found, "found", reference, "reference");
    const Counts counts = count(found, reference);
    Table table = table_of(counts, surface_distance(found, reference), reference.geometry.voxel_volume(), context.case_name());
    context.report("dice", share(2 * counts.both, counts.found + counts.reference, 1));
    context.emit(kTable, std::move(table));
  }
};

}  // namespace

NodeType overlap_type() {
  NodeType type;
  type.name = "evaluate.overlap";
  type.summary = "Agreement of a mask with a reference: overlap, volumes and distance of the surfaces";
  type.details =
      "Gives one row. With F the voxels of the found mask and R those of the reference (any value but 0): dice = 2 |F and R| / "
      "(|F| + |R|), jaccard = |F and R| / |F or R|, sensitivity = |F and R| / |R|, precision = |F and R| / |F|; the volumes in "
      "mm3, their difference found - reference, and that in percent of the reference.\n\n"
      "assd_mm is the average symmetric surface distance: the mean, over the surface voxels of both masks together, of the "
      "distance to the other surface. hd95_mm is the larger of the two directed 95th percentiles of these distances (linear "
      "between ranks). A surface is the voxels with a face neighbour outside the mask or at the image's border; distances are "
      "Euclidean between centres, with the grid's spacing, and exact.\n\n"
      "Two empty masks agree: dice and jaccard are 1. What has no meaning is left empty: sensitivity and the percentage without "
      "a reference, precision without found voxels, distances when one of the masks is empty. Error: masks on two grids. "
      "Reports dice.";
  type.inputs = {kFound, kReference};
  type.outputs = {kTable};
  type.concurrent = true;
  type.create = create_node<Overlap>;
  return type;
}

}  // namespace flowrun::evaluate
