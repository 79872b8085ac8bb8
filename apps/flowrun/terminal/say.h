#pragma once

#include <string>

#include "flowrun/host/cohort.h"

namespace flowrun {

/// "warning: " or "error: "; empty of what is neither.
std::string word_of(Weight weight);

/// A line on the standard error.
void say_sentence(Weight weight, const std::string& sentence);

}  // namespace flowrun
