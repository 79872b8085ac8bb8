// The parameter that says which voxels touch.
#pragma once

#include <string>

#include "common/components/connected_runs.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun::segment {

inline components::Connectivity connectivity_of(const Params& params) {
  const std::string& neighbours = params.text("connectivity");
  if (neighbours == "6") return components::Connectivity::face;
  return neighbours == "18" ? components::Connectivity::edge : components::Connectivity::corner;
}

inline ParamSpec connectivity_param(const char* help) {
  return {.name = "connectivity",
          .type = ParamType::choice,
          .default_value = std::string("6"),
          .help = help,
          .choices = {"6", "18", "26"}};
}

}  // namespace flowrun::segment
