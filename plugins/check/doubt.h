#pragma once

#include <string>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::check {

/// The parameter of every check: what a doubt does.
ParamSpec on_doubt();

/// Says a doubt as the parameter wants it: a warning, or an Error that ends the case.
void doubt(Context& context, const std::string& sentence);

/// A number as sentences have it.
std::string rounded(double value, int decimals = 0);

/// Throws Error, naming the image, for a voxel size that is not above 0.
void require_voxel_size(const Geometry& geometry, const std::string& name);

}  // namespace flowrun::check
