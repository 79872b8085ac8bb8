#pragma once

#include "flowrun/sdk/node_type.h"
#include "log_field.h"
#include "n4_fit.h"

namespace flowrun::restore {

std::vector<ParamSpec> n4_params();

/// The parameters of a firing, and how the image is padded for 'spline_distance'.
struct N4Plan {
  N4Settings settings;
  Padding padding;
  unsigned shrink_factor = 4;
};

/// Throws Error for what the descriptions cannot say: no level, too fine a mesh, padding that is out of proportion.
/// `name` is the image's in messages.
N4Plan n4_plan(const Params& params, const Geometry& grid, const std::string& name);

}  // namespace flowrun::restore
