#include "register_texts.h"

#include <cstdio>

namespace flowrun::registration {

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

const char* const kRigidDetails =
    "Searches the rotation and the shift (6 numbers) under which two images of one head agree best. ";
const char* const kAffineDetails =
    "Searches the rotation and the shift under which two images of one head agree best, then scale and shear too (12 numbers). ";

const char* const kRegisterDetails =
    "Agreement is mutual information (Mattes et al., IEEE TMI 2003), which needs no common contrast: the metric is in nats and "
    "larger is "
    "better. Both images are smoothed alike to 4, 2 and 1 mm; thick slices count as smoothed already. The search has several "
    "starts: the scanner's headers as they are, the centres of mass, the centres of the heads, the best of 125 turns by up to 40 "
    "degrees "
    "about each axis, and 'initial' where it is connected. The best end is polished by Powell's method (1964), without "
    "derivatives. Samples lie between the voxels in a fixed pattern; the result is the same to the last bit for any number of "
    "threads.\n\n"
    "With 'flatten' the images are compared without their bias fields: at first each without its own slow changes of "
    "brightness, at the end without what the other image does not explain. The moved image keeps its values.\n\n"
    "The check, as figures of the case: metric_before (at 'initial', or with the headers as they are) and metric; "
    "starts_agreeing, how many "
    "starts ended within 2 mm of the best, and starts_mm, how far from it the second best ended; halves_mm: each half of the "
    "head "
    "(left, right, front, back, lower, upper) is registered on its own from the result, and this is the largest move, in mm at "
    "the corners of "
    "that half's box; overlap: Dice of the two masks where both are connected; doubts: how many limits were passed. With a doubt "
    "the "
    "node warns, or fails with 'on_doubt' \"fail\".\n\n"
    "The transform leads from places of the fixed to places of the moving image, as ITK has it: give it to "
    "registration.resample_volume with the fixed image as reference. It starts from the fixed image's space, or from 'space' "
    "where "
    "that is set. Errors: an image with fewer than 4 voxels or 20 mm along an axis, of one value, or with values that are not "
    "finite; a mask on another grid or without a voxel inside; an initial transform that is not affine or whose spaces "
    "contradict those of "
    "the images.";

std::vector<ParamSpec> register_params() {
  ParamSpec halves{
      .name = "most_halves_mm", .default_value = 3.0, .help = "Largest halves_mm without a doubt", .min = 0, .unit = "mm"};
  ParamSpec overlap{.name = "least_overlap", .default_value = 0.95, .help = "Smallest overlap of the masks without a doubt"};
  overlap.min = 0, overlap.max = 1;
  ParamSpec on_doubt{.name = "on_doubt", .type = ParamType::choice, .default_value = std::string("warn")};
  on_doubt.help = "What a doubt does: a warning, or the end of the case";
  on_doubt.choices = {"warn", "fail"};
  ParamSpec check{.name = "check_halves", .type = ParamType::boolean, .default_value = true};
  check.help = "Register each half of the head on its own, for the check; takes about as long as the registration";
  ParamSpec flatten{.name = "flatten", .type = ParamType::boolean, .default_value = true};
  flatten.help = "Compare the images without their bias fields";
  ParamSpec bins{.name = "bins", .type = ParamType::integer, .default_value = std::int64_t{48}};
  bins.help = "Bins of the joint histogram along each axis", bins.min = 8, bins.max = 256;
  ParamSpec in_mask{.name = "sample_in_mask", .type = ParamType::boolean, .default_value = false};
  in_mask.help = "Compare only what lies in fixed_mask; without it the outline of the head helps";
  ParamSpec interpolation{.name = "interpolation", .type = ParamType::choice, .default_value = std::string("linear")};
  interpolation.help = "How values of the moved image are computed";
  interpolation.choices = {"linear", "bspline", "windowed_sinc", "nearest"};
  ParamSpec outside{
      .name = "outside", .default_value = 0.0, .help = "Value of the moved image where the moving one does not reach"};
  ParamSpec space{.name = "space", .type = ParamType::string, .default_value = std::string()};
  space.help = "Name of the fixed image's space, for the transform and the moved image; empty: the name that the image carries";
  return {halves, overlap, on_doubt, check, flatten, bins, in_mask, interpolation, outside, space};
}

}  // namespace flowrun::registration
