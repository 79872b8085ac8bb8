#pragma once

#include <string>
#include <vector>

#include "common/network/model_description.h"
#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun::cnn {

/// What of an image's grid may differ from the grids that the network was trained on.
struct GridRules {
  bool any_axes = false, any_spacing = false;
};

/// The parameters `axes` and `spacing`, and what they say.
std::vector<ParamSpec> grid_params();
GridRules grid_rules_of(const Params& params);

/// Throws Error, naming the model's file, where an image is not like those that the description says the network was trained on,
/// unless the rules allow it: other axes, so that it would see heads turned over; voxels of another size (network::is_beyond), so
/// that it would see them too large or too small. Passes where the description says nothing.
void check_grid(const network::ModelDescription& description, const std::string& model, const Geometry& geometry,
                const GridRules& rules);

}  // namespace flowrun::cnn
