// Cells of CSV files that flowrun writes, and how they are read again.
#pragma once

#include <string>

namespace flowrun {

/// A cell as it stands in a file (RFC 4180): in quotes where it must be.
std::string csv_quoted(const std::string& text);

/// A text that comes from outside, such as a name, a path or a reason, as a cell. Spreadsheets run what begins like a formula (=, +, -,
/// @, |, a tab or a line's end, also after apostrophes, also in the wide forms of East Asian scripts): such a text gets an
/// apostrophe in front.
std::string csv_text(const std::string& text);

/// The text of a cell that csv_text wrote: the apostrophe goes. Other texts stay as they are.
std::string text_of_cell(const std::string& cell);

}  // namespace flowrun
