// Parameters of the nodes that draw samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/parameters.h"
#include "samples.h"

namespace flowrun::train {

inline ParamSpec patch_size_param(const std::string& help) {
  return {.name = "size",
          .type = ParamType::integers,
          .default_value = std::vector<std::int64_t>{15, 15, 15},
          .help = help + "; for several views around a voxel three numbers each, one view behind the other",
          .min = 1,
          .max = 255,
          .unit = "voxels"};
}

/// The sizes that the parameter has. Throws Error where they are not three for each view.
inline std::vector<Samples::Size> sizes_of(const Params& params) {
  const auto& numbers = params.integers("size");
  if (numbers.empty() || numbers.size() % 3 != 0)
    throw Error("parameter 'size' has " + std::to_string(numbers.size()) +
                " numbers; give three, voxels along x, y and z, and for several views three for each");
  std::vector<Samples::Size> sizes;
  for (std::size_t i = 0; i < numbers.size(); i += 3) sizes.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  return sizes;
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
