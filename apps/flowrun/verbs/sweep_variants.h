#pragma once

#include <string>
#include <utility>
#include <vector>

#include "verbs/verb.h"

namespace flowrun {

struct Variant {
  std::vector<std::pair<std::string, std::string>> values;  ///< (parameter, value)
  std::string folder;                                       ///< below the output folder
};

/// All combinations of the values of "parameter=value,value,...". Throws WrongUse.
std::vector<Variant> variants_of(const Words& sweep);

}  // namespace flowrun
