#pragma once

#include <string>

#include "common/network/model_description.h"
#include "examples.h"

namespace flowrun::train {

/// Of the images of all cases, or of those that are trained on.
network::SpacingRange spacing_of(const Examples& examples);
network::SpacingRange spacing_trained_on(const Examples& examples, const Split& split);

/// A warning that names two cases whose voxel sizes are not alike (network::is_mixed); empty where all are.
std::string mixed_spacing_words(const Examples& examples, const network::Looks& looks);

/// A warning where the voxel sizes of the cases are not those that the model to start with, the file `path`, was trained on; empty
/// where they are, or where it does not say them.
std::string other_spacing_words(const Examples& examples, const network::ModelDescription& start, const std::string& path);

}  // namespace flowrun::train
