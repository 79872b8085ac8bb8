#pragma once

#include <string_view>

namespace flowrun {

extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;
/// SHA-256 of the script in base64: the page lets no other run.
extern const std::string_view kPageScriptHash;

}  // namespace flowrun
