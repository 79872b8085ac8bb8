#pragma once

#include <string>

namespace flowrun::testing {

/// What is wrong with a summary or help as the SDK asks for it: one sentence of at most `longest` characters that begins with a
/// capital or a figure and has no full stop. Empty: nothing.
std::string sentence_fault(const std::string& text, std::size_t longest);

/// What is wrong with a unit: a short word as "mm", "mm3" or "sd", without spaces, brackets or a full stop. Empty: nothing.
std::string unit_fault(const std::string& unit);

/// What is wrong with the text of an error: it is to be a sentence that a person can act on, on one line.
std::string error_fault(const std::string& text);

}  // namespace flowrun::testing
