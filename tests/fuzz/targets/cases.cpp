// A table of cases, comma- and tab-separated.
#include <algorithm>

#include "cohort/table_reader.h"
#include "support/target.h"

using namespace flowrun;

namespace {

void look_at_table(const std::string& text, const char* name) {
  Diagnostics faults;
  const std::vector<TableRow> rows = parse_table(text, name, faults);
  fuzz::require_sound_faults(faults, text);
  std::size_t cells = 0;
  int line = 0;
  for (const TableRow& row : rows) {
    fuzz::require(row.line > line, "each row starts below the one before");
    line = row.line;
    for (const std::string& cell : row.cells) cells += cell.size() + 1;
  }
  fuzz::require(cells <= text.size() + 1, "a table has no more cells than its text");
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  const std::string text(bytes);
  accepts([&] {
    look_at_table(text, "cases.csv");
    look_at_table(text, "cases.tsv");
  });
}
