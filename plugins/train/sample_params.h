// Parameters of the nodes that draw samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/parameters.h"

namespace flowrun::train {

inline ParamSpec patch_size_param(const std::string& help) {
  return {.name = "size",
          .type = ParamType::integers,
          .default_value = std::vector<std::int64_t>{15, 15, 15},
          .help = help,
          .min = 1,
          .max = 255,
          .unit = "voxels",
          .length = 3};
}

inline ParamSpec padding_param() {
  return {.name = "padding", .default_value = 0.0, .help = "Value of the patch voxels that lie outside the volume"};
}

inline ParamSpec draw_seed_param() {
  return {.name = "seed",
          .type = ParamType::integer,
          .default_value = std::int64_t{1},
          .help = "Another seed draws others",
          .min = 0};
}

}  // namespace flowrun::train
