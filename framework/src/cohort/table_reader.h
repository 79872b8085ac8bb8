#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/diagnostic.h"

namespace flowrun {

struct TableRow {
  int line = 0;  ///< where it starts, from 1
  std::vector<std::string> cells;
};

/// Reads a table of text: comma-separated (RFC 4180: cells in double quotes may hold commas, line feeds and doubled quotes), or
/// tab-separated when the name ends in .tsv or its first row has tabs and no comma. A byte order mark, CRLF line ends, blank
/// lines (of separators only, too) and lines that begin with '#' are taken care of. The apostrophe that
/// flowrun puts before a text that looks like a formula (csv_text) is taken away. What is wrong goes to `faults` with its line:
/// text that is not UTF-8, cells of more than 8 KiB, quotes out of place, a file of more than 64 MiB.
std::vector<TableRow> read_table(const std::filesystem::path& file, Diagnostics& faults);
std::vector<TableRow> parse_table(std::string text, const std::filesystem::path& file, Diagnostics& faults);

}  // namespace flowrun
