// Tables as CSV and JSON.
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

/// A text that comes from outside, such as a name, a path or a reason, as a cell of CSV (RFC 4180): in quotes where it must be.
/// Spreadsheets run what begins like a formula (=, +, -, @, |, a tab or a line's end, also after apostrophes, also in the wide
/// forms of East Asian scripts): such a text gets an apostrophe in front.
std::string csv_text(const std::string& text);

/// The text of a cell that csv_text wrote: the apostrophe goes. Other texts stay as they are.
std::string text_of_cell(const std::string& cell);

/// Comma-separated values, lines end in \n: a row of names, then the rows. A number that is not defined is an empty cell, and
/// texts are as csv_text has them.
std::string to_csv(const Table& table);

/// A list of objects, one for each row, with the columns as keys.
std::string to_json(const Table& table, const std::string& indent = "");

/// Throws Error when a row has too few or too many cells, or a column's name comes twice: only a faulty plugin makes such.
void require_complete(const Table& table);

}  // namespace flowrun::table
