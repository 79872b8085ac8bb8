#pragma once

#include <string_view>

namespace flowrun::registry {

/// A lower-case letter, then lower-case letters, digits and '_'.
bool is_snake_case(std::string_view word);
/// Two or three numbers with dots: "1.2" or "1.2.3".
bool is_version(std::string_view text);
/// "<owner>.<name>/<version>", as a payload names itself.
bool is_payload_name(std::string_view text);

}  // namespace flowrun::registry
