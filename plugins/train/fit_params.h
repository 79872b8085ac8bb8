#pragma once

#include <vector>

#include "crop_examples.h"
#include "flowrun/sdk/parameters.h"
#include "settings.h"

namespace flowrun::train {

std::vector<ParamSpec> fit_params();          ///< of train.fit
std::vector<ParamSpec> fit_volumes_params();  ///< of train.fit_volumes

/// A parameter with a number for each axis.
network::Size3 size_in(const Params& params, const char* name);

/// The settings in checked parameters. `sizes` are those of the patches. Throws Error for augmentation that does not fit them.
Settings settings_of(const Params& params, const std::vector<network::Size3>& sizes);

/// The settings of train.fit_volumes, and how its crops are drawn. Errors likewise.
Settings volume_settings_of(const Params& params);
CropSettings crop_settings_of(const Params& params, const Settings& settings);

}  // namespace flowrun::train
