// Tables as CSV and JSON. Standard library only.
#pragma once

#include <filesystem>
#include <string>

#include "flowrun/sdk/payloads.h"

namespace flowrun::table {

/// A number in the fewest digits that give it back; "" for NaN and infinities, which mean "not defined" in a table.
std::string number_text(double value);

/// A text as JSON writes it, with its quotes.
std::string json_text(const std::string& text);

/// A cell as JSON: a number, a text, or null where the number is not defined.
std::string json_cell(const Table::Cell& cell);

/// Comma-separated values (RFC 4180, lines end in \n): a row of names, then the rows. A number that is not defined is an empty
/// cell. A text that a spreadsheet would take for a formula (it begins with =, +, -, @, |, a tab or a line's end) gets an apostrophe in
/// front, which flowrun takes away where it reads a table.
std::string to_csv(const Table& table);

/// A list of objects, one for each row, with the columns as keys.
std::string to_json(const Table& table, const std::string& indent = "");

/// Throws Error when a row has not one cell for each column, or a column's name comes twice: only a faulty plugin makes such.
void require_complete(const Table& table);

}  // namespace flowrun::table
