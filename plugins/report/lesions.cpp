#include "node_types.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::report {
namespace {

constexpr Input<Labels> kLabels{"labels", "Number of each voxel's lesion, 0 outside, as segment.label_lesions makes it",
                                Scope::per_case};
constexpr OptionalInput<Volume> kProbability{"probability", "Probability of lesion, on the same grid", Scope::per_case};
constexpr OptionalInput<Volume> kFlair{"flair", "FLAIR, normalised, on the same grid", Scope::per_case};
constexpr Output<Table> kTable{"table", "One row for each lesion"};

/// What is added up over the voxels of one lesion.
struct Sums {
  std::int64_t voxels = 0;
  std::array<double, 3> place{0, 0, 0};  ///< of voxel indices along x, y, z
  double probability = 0;
  double largest_probability = -std::numeric_limits<double>::infinity();
  double flair = 0;
};

void require_no_negative(const Labels& labels) {
  const auto found = std::find_if(labels.voxels.begin(), labels.voxels.end(), [](std::int32_t label) { return label < 0; });
  if (found == labels.voxels.end()) return;
  const auto [x, y, z] = labels.geometry.voxel_at(found - labels.voxels.begin());
  throw Error("'" + grid::name_of(labels.source, "labels") + "' has the label " + std::to_string(*found) + " at voxel (" +
              std::to_string(x) + ", " + std::to_string(y) + ", " + std::to_string(z) +
              "); labels of lesions are numbers from 1, and 0 "
              "is outside");
}

/// By label, in order.
std::map<std::int32_t, Sums> sums_of(const Labels& labels, const Volume* probability, const Volume* flair) {
  std::map<std::int32_t, Sums> sums;
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    if (labels.voxels[i] == 0) continue;
    Sums& lesion = sums[labels.voxels[i]];
    ++lesion.voxels;
    const auto voxel = labels.geometry.voxel_at(static_cast<std::int64_t>(i));
    for (std::size_t axis = 0; axis < 3; ++axis) lesion.place[axis] += static_cast<double>(voxel[axis]);
    if (probability) {
      lesion.probability += probability->voxels[i];
      lesion.largest_probability = std::max(lesion.largest_probability, static_cast<double>(probability->voxels[i]));
    }
    if (flair) lesion.flair += flair->voxels[i];
  }
  return sums;
}

/// World coordinates in mm of a place given in voxels, in the LPS frame of the geometry.
std::array<double, 3> world(const Geometry& geometry, const std::array<double, 3>& voxel) {
  std::array<double, 3> point = geometry.origin;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t axis = 0; axis < 3; ++axis)
      point[row] += geometry.direction[3 * row + axis] * geometry.spacing[axis] * voxel[axis];
  return point;
}

std::array<double, 3> centroid(const Geometry& geometry, const Sums& lesion, bool ras) {
  std::array<double, 3> mean = lesion.place;
  for (double& place : mean) place /= static_cast<double>(lesion.voxels);
  std::array<double, 3> point = world(geometry, mean);
  if (ras) point = {-point[0], -point[1], point[2]};
  for (double& place : point) place += 0.0;  // -0 becomes 0
  return point;
}

constexpr double kMostMl = 400;  // the white matter of an adult

class LesionTable : public Node {
 public:
  void process(Context& context) override {
    const Labels& labels = context.in(kLabels);
    const Volume* probability = context.in(kProbability);
    const Volume* flair = context.in(kFlair);
    grid::require_complete(labels, "labels");
    require_no_negative(labels);
    if (probability) grid::require_one_grid(labels, "labels", *probability, "probability");
    if (flair) grid::require_one_grid(labels, "labels", *flair, "flair");

    const bool ras = context.params().text("frame") == "ras";
    const char* unit = flair && flair->facts.kind == kStandardised ? "_sd" : "";  // else the image's own units
    Table table = empty_table(ras ? "ras" : "lps", probability, flair ? std::string("mean_flair") + unit : "");
    double volume = 0;
    for (const auto& [label, lesion] : sums_of(labels, probability, flair)) {
      table.rows.push_back(row_of(lesion, label, labels.geometry, ras, probability, flair));
      table.rows.back().insert(table.rows.back().begin(), std::string(context.case_name()));
      volume += static_cast<double>(lesion.voxels) * labels.geometry.voxel_volume();
    }
    context.report("lesions", static_cast<double>(table.rows.size()));
    context.report("volume_mm3", volume);
    context.report("lesion_volume_ml", volume / 1000);
    warn_of_volume(context, volume / 1000, grid::name_of(labels.source, "labels"));
    context.emit(kTable, std::move(table));
  }

 private:
  /// A network that fits its images badly marks most of the head, and the run ends well all the same.
  static void warn_of_volume(Context& context, double ml, const std::string& name) {
    if (ml <= kMostMl) return;
    context.warn("the lesions in '" + name + "' are " + std::to_string(std::llround(ml)) +
                 " ml together, more than all white matter of an adult (about 400 ml); look at them, at whether the images were "
                 "prepared as those that the network was trained on, and at the voxel size");
  }

  static Table empty_table(const std::string& frame, bool probability, const std::string& flair) {
    Table table;
    table.columns = {"case", "lesion", "voxels", "volume_mm3"};
    for (const char* axis : {"x", "y", "z"}) table.columns.push_back(std::string(axis) + "_mm_" + frame);
    if (probability) table.columns.insert(table.columns.end(), {"mean_probability", "max_probability"});
    if (!flair.empty()) table.columns.push_back(flair);
    return table;
  }

  static std::vector<Table::Cell> row_of(const Sums& lesion, std::int64_t number, const Geometry& geometry, bool ras,
                                         bool probability, bool flair) {
    const auto count = static_cast<double>(lesion.voxels);
    std::vector<Table::Cell> row{number, lesion.voxels, count * geometry.voxel_volume()};
    for (const double place : centroid(geometry, lesion, ras)) row.emplace_back(place);
    if (probability) row.insert(row.end(), {lesion.probability / count, lesion.largest_probability});
    if (flair) row.emplace_back(lesion.flair / count);
    return row;
  }
};

}  // namespace

NodeType lesions_type() {
  NodeType type;
  type.name = "report.lesions";
  type.summary = "A row for each lesion: volume, place, probability and brightness";
  type.details =
      "For each label above 0, in the order of the labels: the voxels, the volume in mm3, the centroid (the mean of the voxels' "
      "centres) in mm, with a probability map the mean and the largest probability, with a FLAIR image its mean over the lesion: "
      "mean_flair_sd of an image that was normalised to standard deviations, mean_flair of any other. 'frame' says whether the "
      "coordinates are those of NIfTI viewers (RAS: x to the "
      "right, y to the front, z up) or of DICOM and ITK (LPS); the names of the columns say it too.\n\n"
      "An image without labels gives a table without rows. More than 400 ml of lesions are a warning: an adult has about as much "
      "white matter. Errors: labels below 0; images on two grids. "
      "Reports lesions, volume_mm3 and lesion_volume_ml.";
  type.inputs = {kLabels, kProbability, kFlair};
  type.outputs = {kTable};
  type.params = {{.name = "frame",
                  .type = ParamType::choice,
                  .default_value = std::string("ras"),
                  .help = "Frame of the centroids",
                  .choices = {"ras", "lps"}}};
  type.concurrent = true;
  type.create = create_node<LesionTable>;
  return type;
}

}  // namespace flowrun::report
