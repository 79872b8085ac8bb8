#pragma once

#include <optional>
#include <string>

namespace flowrun::io {

/// How many mm a unit of length is: "mm", "um", "cm", "m" and their names. A unit that is not said ("", "?") is mm, as
/// readers take it; none for what is no unit of length.
std::optional<double> millimetres_of(const std::string& unit);

}  // namespace flowrun::io
