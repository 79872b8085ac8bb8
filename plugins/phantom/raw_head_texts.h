// Ports, parameters and texts of phantom.raw_head.
#pragma once

#include <vector>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/ports.h"
#include "flowrun/sdk/transform.h"
#include "scan_grid.h"

namespace flowrun::phantom {

inline constexpr Output<Volume> kRawT1{"t1", "T1-weighted image of the whole head, as the scanner gives it"};
inline constexpr Output<Volume> kRawFlair{"flair", "FLAIR image of the whole head, as the scanner gives it"};
inline constexpr Output<Transform> kT1ToFlair{
    "t1_to_flair", "The true transform that resamples the T1 on the FLAIR's grid: from places in the FLAIR to places in the T1"};
inline constexpr Output<Mask> kBrain{"brain", "True brain on the FLAIR's grid"};
inline constexpr Output<Mask> kRawLesions{"lesions", "True lesions on the FLAIR's grid"};
inline constexpr Output<Mask> kT1Brain{"t1_brain", "True brain on the T1's grid"};
inline constexpr Output<Volume> kCleanT1{
    "t1_clean", "The T1 as it would be after a perfect preparation: in the FLAIR's place, brain only, no bias field, no noise"};
inline constexpr Output<Volume> kCleanFlair{"flair_clean",
                                            "The FLAIR as it would be after a perfect preparation, on the grid of t1_clean"};

inline constexpr const char* kDrawn = "drawn";
inline constexpr const char* kGiven = "given";
inline constexpr const char* kFlairGrid = "flair";
inline constexpr const char* kFineGrid = "1mm";

std::vector<ParamSpec> raw_head_params();

/// The parameters whose names start with `name` and "_".
FieldOfView field_of_view(const Params& params, const std::string& name);

extern const char* const kRawHeadDetails;

}  // namespace flowrun::phantom
