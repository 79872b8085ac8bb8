#pragma once

#include <vector>

#include "flowrun/sdk/parameters.h"
#include "settings.h"

namespace flowrun::train {

std::vector<ParamSpec> fit_params();

/// The settings in checked parameters. `size` is that of the patches. Throws Error for augmentation that does not fit them.
Settings settings_of(const Params& params, const std::array<std::int64_t, 3>& size);

}  // namespace flowrun::train
