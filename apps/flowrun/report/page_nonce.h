#pragma once

#include <string>
#include <string_view>

namespace flowrun {

/// Of the process that pages follow: flowrun watch. It sets the variable for what it starts; the value is its number.
inline constexpr const char* kWatchVariable = "FLOWRUN_WATCH";

/// A number that cannot be guessed, by which a page's policy knows the scripts beside it that the page itself asks for.
std::string new_nonce();
/// The beginning of a page (PageAsset::before) whose policy lets in scripts of that nonce too.
std::string with_nonce(std::string_view before, const std::string& nonce);

}  // namespace flowrun
