#include "raw_head_texts.h"

#include "common/grid/axes.h"

namespace flowrun::phantom {
namespace {

ParamSpec list_param(std::string name, ParamValue value, double min, double max, const char* unit, const char* help) {
  const bool whole = std::holds_alternative<std::vector<std::int64_t>>(value);
  ParamSpec spec{.name = std::move(name), .type = whole ? ParamType::integers : ParamType::numbers};
  spec.default_value = std::move(value);
  spec.help = help;
  spec.min = min;
  spec.max = max;
  spec.unit = unit;
  spec.length = 3;
  return spec;
}

ParamSpec number_param(const char* name, double value, double max, const char* unit, const char* help) {
  return {.name = name, .type = ParamType::number, .default_value = value, .help = help, .min = 0, .max = max, .unit = unit};
}

ParamSpec count_param(const char* name, std::int64_t value, const char* help) {
  return {.name = name, .type = ParamType::integer, .default_value = value, .help = help, .min = 0, .max = 1000};
}

ParamSpec choice_param(std::string name, const char* value, std::vector<std::string> choices, const char* help) {
  ParamSpec spec{.name = std::move(name), .type = ParamType::choice, .default_value = std::string(value), .help = help};
  spec.choices = std::move(choices);
  return spec;
}

ParamSpec seed_param() {
  ParamSpec spec{.name = "seed", .type = ParamType::integer, .default_value = std::int64_t{1}};
  spec.help = "Number of the patient and of the two scans: the same number gives the same images";
  spec.per_case = true;
  return spec;
}

/// Size, spacing, axes, tilt and centre of one scan.
void add_field(const std::string& name, const FieldOfView& field, std::vector<ParamSpec>& params) {
  params.push_back(list_param(name + "_size", field.size, 1, 1024, "voxels", "Voxels along the image's x, y and z"));
  params.push_back(list_param(name + "_spacing", field.spacing, 0.2, 30, "mm",
                              "Voxel size along the image's x, y and z; what a long side covers is averaged, as a slice does"));
  params.push_back(choice_param(name + "_axes", field.axes.c_str(), grid::all_axes(),
                                "The sides that the image's x, y and z run towards, as in geometry.reorient_volume"));
  params.push_back(list_param(name + "_tilt", field.tilt, -90, 90, "degrees",
                              "Turns the slices about the world's x, then y, then z; the head stays as it is"));
  params.push_back(list_param(name + "_centre", field.centre, -500, 500, "mm",
                              "Middle of the field of view from the middle of the brain: to the left, to the back, up"));
}

void add_pose(std::vector<ParamSpec>& params) {
  params.push_back(
      choice_param("pose", kDrawn, {kDrawn, kGiven},
                   "Where the head lies in the T1 against the FLAIR: drawn from the seed, or by rotation and translation"));
  params.push_back(number_param("rotation_limit", 8, 180, "degrees", "Largest angle of a drawn pose, about a random axis"));
  params.push_back(number_param("translation_limit", 10, 500, "mm", "Largest shift of a drawn pose, in a random direction"));
  params.push_back(
      list_param("rotation", std::vector<double>{0, 0, 0}, -180, 180, "degrees",
                 "Of a given pose: turns about x (left), then y (back), then z (up) around the middle of the brain"));
  params.push_back(list_param("translation", std::vector<double>{0, 0, 0}, -500, 500, "mm",
                              "Of a given pose: shift to the left, to the back and up, after the rotation"));
}

}  // namespace

std::vector<ParamSpec> raw_head_params() {
  std::vector<ParamSpec> params{seed_param()};
  add_field("t1", {"t1", {256, 256, 176}, {1, 1, 1}, "PIR", {0, 0, 0}, {0, -4, -24}}, params);
  add_field("flair", {"flair", {240, 256, 60}, {1, 1, 3}, "LPS", {0, 0, 0}, {0, -4, -8}}, params);
  add_pose(params);
  params.push_back(
      choice_param("clean_grid", kFlairGrid, {kFlairGrid, kFineGrid},
                   "Grid of t1_clean and flair_clean: the FLAIR's own, or voxels of 1 mm in the FLAIR's field of view"));
  params.push_back(count_param("lesions", 25, "How many lesions to draw; they may touch"));
  params.push_back(
      count_param("fakes", 60,
                  "How many things to draw that are bright in FLAIR but are no lesions; 0 also darkens the lining of "
                  "the ventricles"));
  params.push_back(
      number_param("noise", 0.03, 0.5, "", "Standard deviation of the Rician noise, as a share of the white matter's signal"));
  params.push_back(
      number_param("bias", 0.2, 1, "", "Strength of the smooth multiplicative field: 0.2 is about 20 % up and down"));
  return params;
}

FieldOfView field_of_view(const Params& params, const std::string& name) {
  return {.name = name,
          .size = params.integers(name + "_size"),
          .spacing = params.numbers(name + "_spacing"),
          .axes = params.text(name + "_axes"),
          .tilt = params.numbers(name + "_tilt"),
          .centre = params.numbers(name + "_centre")};
}

const char* const kRawHeadDetails =
    "The patient of phantom.head before any preparation: the same brain, lesions and look-alikes, with fluid around it, skull "
    "and "
    "marrow, scalp with its fat, eyes, sinuses, jaws, ears and neck, scanned twice. Each scan has a grid of its own, by default "
    "a "
    "sagittal T1 of 1 mm and an axial FLAIR of 1 x 1 x 3 mm, and the head moves between the two. For tests of a chain of "
    "registration, brain extraction, bias correction and segmentation, whose true results are known.\n\n"
    "The head is no image that is resampled, but a body that can be looked at in any point, so both scans are equally sharp. A "
    "voxel is the mean of points along its longer sides (3 along a slice of 3 mm in voxels of 1 mm, at most 16); each point is "
    "smeared over the shortest side. White matter has signal 100 in both images before the coil: a smooth multiplicative field "
    "and Rician noise, different in the two scans.\n\n"
    "Places: the world of the FLAIR has 0 in the middle of the brain and the patient's own directions. t1_to_flair leads from "
    "space 'FLAIR' to space 'T1w': it maps a place in the FLAIR to the same place of the head in the T1, p -> R p + t, which is "
    "the direction in which the T1 is resampled on the FLAIR's grid. R is the rotation and t the translation of the pose, or "
    "what the "
    "seed draws up to the limits. The T1's field of view follows the head by the shift, as an operator plans it, but not by the "
    "turn. The images carry no name of a space, like all images from a scanner.\n\n"
    "Truth: 'brain' and 'lesions' mark the voxels of the FLAIR of which they fill more than half; the brain includes the fluid "
    "in its folds, its ventricles and a rim of 1.2 mm, as in phantom.head. 't1_clean' and 'flair_clean' are 0 outside the "
    "brain.\n\n"
    "The same parameters give the same voxels, bit by bit, on one machine, for any number of threads. Reports lesion_voxels, "
    "brain_ml, pose_degrees and pose_mm. Warns where the edge of a field of view cuts the brain, and where lesions found no "
    "place. "
    "Errors: a field of view without brain; more than 67 million voxels in an image; a rotation or translation beside a drawn "
    "pose.";

}  // namespace flowrun::phantom
