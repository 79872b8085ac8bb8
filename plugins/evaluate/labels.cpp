#include "node_types.h"

#include <limits>
#include <map>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::evaluate {
namespace {

constexpr Input<Labels> kFound{"found", "Label image to evaluate", Scope::per_case};
constexpr Input<Labels> kReference{"reference", "Label image taken for the truth, on the same grid", Scope::per_case};
constexpr OptionalInput<Mask> kRegion{"region", "Voxels that count, on the same grid; missing: all", Scope::per_case};
constexpr Output<Table> kTable{"table", "One row for the case: mean Dice, then Dice and volumes of each label"};

constexpr std::size_t kMostLabels = 256;

struct Counts {
  std::int64_t both = 0, found = 0, reference = 0;
  double dice() const {
    if (found + reference == 0) return std::numeric_limits<double>::quiet_NaN();
    return 2 * static_cast<double>(both) / static_cast<double>(found + reference);
  }
};

using ByLabel = std::map<std::int32_t, Counts>;

/// Of the labels wanted, or of all that occur but 0.
ByLabel count(const Labels& found, const Labels& reference, const Mask* region, const std::vector<std::int64_t>& wanted) {
  ByLabel counts;
  for (const std::int64_t label : wanted) counts[static_cast<std::int32_t>(label)];
  const auto of = [&](std::int32_t label) -> Counts* {
    if (label == 0) return nullptr;
    if (const auto known = counts.find(label); known != counts.end()) return &known->second;
    if (!wanted.empty()) return nullptr;
    if (counts.size() == kMostLabels)
      throw Error("the images have more than " + std::to_string(kMostLabels) +
                  " labels, which no table of classes is for; name the labels to measure in parameter 'labels'");
    return &counts[label];
  };
  for (std::size_t i = 0; i < found.voxels.size(); ++i) {
    if (region && !region->voxels[i]) continue;
    const std::int32_t a = found.voxels[i], b = reference.voxels[i];
    if (Counts* one = of(a)) ++one->found, one->both += a == b;
    if (Counts* one = of(b)) ++one->reference;
  }
  return counts;
}

std::string name_of(std::int32_t label, const Labels& reference, const Labels& found) {
  for (const Labels* image : {&reference, &found})
    if (const auto known = image->names.find(label); known != image->names.end() && !known->second.empty()) return known->second;
  return "label " + std::to_string(label);
}

/// Two labels of one name would be two columns of one name.
std::map<std::int32_t, std::string> names_of(const ByLabel& counts, const Labels& reference, const Labels& found) {
  std::map<std::int32_t, std::string> names;
  std::map<std::string, int> uses;
  for (const auto& [label, ignored] : counts) ++uses[names[label] = name_of(label, reference, found)];
  for (auto& [label, name] : names)
    if (uses[name] > 1) name += " (" + std::to_string(label) + ")";
  return names;
}

class LabelOverlap : public Node {
 public:
  void process(Context& context) override {
    const Labels& found = context.in(kFound);
    const Labels& reference = context.in(kReference);
    const Mask* region = context.in(kRegion);
    grid::require_one_grid(found, "found", reference, "reference");
    if (region) grid::require_one_grid(reference, "reference", *region, "region");
    const ByLabel counts = count(found, reference, region, context.params().integers("labels"));
    const auto names = names_of(counts, reference, found);
    const double voxel = reference.geometry.voxel_volume();
    Table table;
    table.columns = {"case", "mean_dice"};
    table.rows.push_back({std::string(context.case_name()), 0.0});
    double sum = 0, measured = 0;
    for (const auto& [label, one] : counts) {
      const std::string& name = names.at(label);
      for (const char* what : {" dice", " found_mm3", " reference_mm3"}) table.columns.push_back(name + what);
      auto& row = table.rows.front();
      row.emplace_back(one.dice());
      row.emplace_back(static_cast<double>(one.found) * voxel);
      row.emplace_back(static_cast<double>(one.reference) * voxel);
      if (one.found + one.reference > 0) sum += one.dice(), ++measured;
    }
    const double mean = measured > 0 ? sum / measured : std::numeric_limits<double>::quiet_NaN();
    table.rows.front()[1] = mean;
    if (measured == 0) context.warn("neither image has a voxel of the labels that are measured, so nothing is measured");
    else context.report("mean_dice", mean);
    context.emit(kTable, std::move(table));
  }
};

}  // namespace

NodeType labels_type() {
  NodeType type;
  type.name = "evaluate.labels";
  type.summary = "Agreement of a label image with a reference, label by label";
  type.details =
      "Gives one row: the case, mean_dice, and for each label its Dice and the volumes in mm3 in both images. Dice of a label is "
      "2 |F and R| / (|F| + |R|) over the voxels that have it in the found image (F) and in the reference (R); mean_dice is the "
      "mean over "
      "the labels that occur in either. A label that neither has is left empty and out of the mean. Columns carry the labels' "
      "names "
      "(those of the reference first), or their numbers.\n\n"
      "'labels' says which are measured, so that all cases of a run have the same columns; empty: all that occur, but 0. With "
      "'region' "
      "only voxels inside of it count.\n\n"
      "Errors: images or region on different grids; more than 256 labels where 'labels' is empty. Reports mean_dice.";
  type.inputs = {kFound, kReference, kRegion};
  type.outputs = {kTable};
  type.params = {{.name = "labels",
                  .type = ParamType::integers,
                  .default_value = std::vector<std::int64_t>{},
                  .help = "Labels to measure; empty: all that occur, but 0",
                  .min = 1,
                  .max = 2147483647}};
  type.concurrent = true;
  type.create = create_node<LabelOverlap>;
  return type;
}

}  // namespace flowrun::evaluate
