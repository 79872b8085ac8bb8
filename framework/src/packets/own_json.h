// JSON files that flowrun wrote itself, in an output folder where anybody may have changed them.
#pragma once

#include <filesystem>

#include "json/json.h"

namespace flowrun {

/// The tree of a file. Throws Error, a sentence, for one that cannot be read or is not JSON.
json::Value read_own_json(const std::filesystem::path& file);

/// JSON has no numbers that are not finite; they become text: "nan", "inf", "-inf".
json::Value number_value(double number);
/// And back. Throws Error for what is neither.
double number_of(const json::Value& value);

}  // namespace flowrun
