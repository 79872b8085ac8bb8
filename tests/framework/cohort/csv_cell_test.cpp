#include "flowrun/sdk/table_text.h"

#include <doctest/doctest.h>

#include <fstream>

#include "cohort/table_reader.h"
#include "flowrun/host/crossval.h"
#include "support/temp_folder.h"

using namespace flowrun;
using table::csv_text, table::text_of_cell;

TEST_CASE("csv_cell: what a spreadsheet would run gets an apostrophe, and a table that is read gives the text back") {
  for (const std::string text : {"=1+1", "+1", "-1", "@SUM(A1)", "|calc", "\tx", "'=1", "''=1", "\xEF\xBC\x9D" "1", "\xEF\xBC\xA0x"}) {
    CHECK(csv_text(text).find("'") < 2);  // behind a quote at most
    CHECK(text_of_cell("'" + text) == text);
    Diagnostics faults;
    const auto rows = parse_table("case,x\n" + csv_text(text) + ",1\n", "t.csv", faults);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].cells[0] == text);
  }
}

TEST_CASE("csv_cell: other texts stay as they are") {
  for (const std::string text : {"", "p01", "'quoted'", "a=b", "1-2", "'", "it's"}) {
    CHECK(csv_text(text) == text);
    CHECK(text_of_cell(text) == text);
  }
  CHECK(csv_text("a,b") == "\"a,b\"");
  CHECK(csv_text("a;=1") == "\"a;=1\"");  // some languages separate cells by ';'
  CHECK(csv_text("=\"x\"") == "\"'=\"\"x\"\"\"");
}

TEST_CASE("fold_measures: numbers below zero stay numbers, and text from a fold's table is made harmless again") {
  const testing::TempFolder folder;
  FoldMeasures measures;
  Diagnostics faults;
  std::ofstream(folder.path / "m.csv") << "row,case,bias,note\ncase,a,-0.5,'=1+1\ncase,b,-1e-3,+x\n";
  measures.add(folder.path / "m.csv", faults);
  CHECK_FALSE(faults.has_errors());
  CHECK(measures.csv().find("case,a,-0.5,'=1+1\ncase,b,-1e-3,'+x\n") != std::string::npos);
}
