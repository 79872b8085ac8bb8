// JSON files that flowrun wrote itself, in an output folder where anybody may have changed them.
#pragma once

#include <string>

#include "json/json.h"

namespace flowrun {

/// The tree of a file's text. Throws Error, a sentence, for one that is not JSON.
json::Value parse_own(const std::string& text, const std::string& file);

/// JSON has no numbers that are not finite; they become text: "nan", "inf", "-inf".
json::Value number_value(double number);
/// And back. Throws Error for what is neither.
double number_of(const json::Value& value);

}  // namespace flowrun
