#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <sstream>

#include "cohort/cases_csv.h"
#include "flowrun/sdk/error.h"
#include "support/some_records.h"
#include "support/temp_folder.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

const std::string kFixed =
    "case,status,failed_node,failed_plugin,reason,lesion_volume_ml,lesions,seconds,peak_payload_bytes,started,attempt,warnings";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("cases_csv: a row for each case, with figures in the order of the nodes and by name") {
  CaseRecord second = record_of("b", 0, 0);
  second.reports.push_back({"lesions", "lesion_volume_ml", 0.5});
  second.warnings = {"read: odd"};
  const auto lines = lines_of(cases_csv_text({row_of(record_of("a")), row_of(second)}));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == kFixed + ",lesions.lesion_volume_ml,lesions.lesions,measures.dice,montage.lesion_volume_ml,montage.lesions");
  CHECK(lines[1] == "a,done,,,,2.5,3,1.25,4096,2026-03-01T12:30:05Z,1,0,,4,0.1,2.5,3");
  CHECK(lines[2] == "b,done,,,,0,0,1.25,4096,2026-03-01T12:30:05Z,1,1,0.5,1,0.1,0,0");
}

TEST_CASE("cases_csv: the columns of a graph are empty where the figure is missing; records without them have none") {
  CaseRecord record = record_of("a"), older = record_of("b");
  record.columns = {{"dice", "measures.dice"}, {"volume", "measures.volume"}};
  older.columns.clear();
  const CaseRow row = row_of(record);
  CHECK(figure_at(row, "dice") == 0.1);
  CHECK_FALSE(figure_at(row, "volume").has_value());
  const auto lines = lines_of(cases_csv_text({row_of(older), row}));
  CHECK(lines[0].starts_with("case,status,failed_node,failed_plugin,reason,dice,volume,seconds,"));
  CHECK(lines[1].starts_with("b,done,,,,,,1.25,"));
  CHECK(lines[2].starts_with("a,done,,,,0.1,,1.25,"));
  CHECK(figure_at(row_of(older, record.columns), "dice") == 0.1);
  const auto without = lines_of(cases_csv_text({row_of(older)}));
  CHECK(without[0].starts_with("case,status,failed_node,failed_plugin,reason,seconds,"));
}

TEST_CASE("cases_csv: a failed case has its node, plugin and reason on one line, quoted where it must be") {
  const auto lines = lines_of(cases_csv_text({row_of(failed_record_of("p1", "cannot read \"a,b\":\nit is cut\x1b[2J"))}));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == R"(p1,failed,read,io,"cannot read ""a,b"": it is cut\x1b[2J",,,1.25,4096,2026-03-01T12:30:05Z,1,0)");
}

TEST_CASE("cases_csv: what a spreadsheet would take for a formula is text, and numbers stay numbers") {
  for (const char* name : {"=1+1", "+1", "-1", "@sum", "|calc"}) {
    const auto lines = lines_of(cases_csv_text({row_of(failed_record_of(name, "=HYPERLINK(\"x\")"))}));
    CHECK(lines[1].starts_with(std::string("'") + name + ",failed,read,io,\"'=HYPERLINK(\"\"x\"\")\","));
  }
  CaseRecord negative = record_of("a");
  negative.reports = {{"measures", "difference", -2.5}};
  CHECK(lines_of(cases_csv_text({row_of(negative)}))[1].ends_with(",-2.5"));
}

TEST_CASE("cases_csv: rows are there as cases end; a new column or a case that comes again writes the table anew") {
  const TempFolder folder;
  CasesCsv table(folder.path / "cases.csv");
  table.start({});
  CHECK(folder.read("cases.csv") ==
        "case,status,failed_node,failed_plugin,reason,seconds,peak_payload_bytes,started,attempt,warnings\n");
  table.add(row_of(failed_record_of("b", "broken")));
  CHECK(lines_of(folder.read("cases.csv")).size() == 2);
  table.add(row_of(record_of("c")));
  CHECK(lines_of(folder.read("cases.csv"))[0].ends_with(",montage.lesions"));
  CHECK(lines_of(folder.read("cases.csv"))[1].ends_with(",1,0,,,,"));
  table.add(row_of(record_of("a")));
  table.add(row_of(record_of("b")));
  auto lines = lines_of(folder.read("cases.csv"));
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].starts_with("b,done"));
  table.finish({"a", "b", "never", "c"});
  lines = lines_of(folder.read("cases.csv"));
  REQUIRE(lines.size() == 5);
  CHECK(lines[1].starts_with("a,done"));
  CHECK(lines[2].starts_with("b,done"));
  CHECK(lines[3] == "never,not started,,,,,,,,,,0,,,,");
  CHECK(lines[4].starts_with("c,done"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("cases_csv: a row for which there is no room leaves no half of it, and comes with the next") {
  const TempFolder folder;
  CasesCsv table(folder.path / "cases.csv");
  table.start({row_of(record_of("a"))});
  const std::string before = folder.read("cases.csv");
  rlimit unlimited{};
  getrlimit(RLIMIT_FSIZE, &unlimited);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{before.size() + 20, unlimited.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  CHECK_THROWS_AS(table.add(row_of(record_of("b"))), Error);
  CHECK(folder.read("cases.csv") == before);
  setrlimit(RLIMIT_FSIZE, &unlimited);
  std::signal(SIGXFSZ, ignored);
  table.add(row_of(record_of("c")));
  CHECK(lines_of(folder.read("cases.csv")).size() == 4);
}
