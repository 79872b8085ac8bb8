#include "cohort/cohort_files.h"

#include <doctest/doctest.h>

#include "flowrun/sdk/atomic_file.h"
#include "support/some_records.h"
#include "support/temp_folder.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

CohortEvents events_into(std::vector<std::string>& said) {
  CohortEvents events;
  events.say = [&said](Weight, const std::string& sentence) { said.push_back(sentence); };
  events.page.write = [](const std::filesystem::path& file, const RunReport&, const std::vector<CaseRow>& rows, const RunFacts&) {
    write_atomically(file, std::to_string(rows.size()) + " rows");
  };
  return events;
}

}  // namespace

TEST_CASE("cohort_files: the table grows with the cases, and table and page end in the order of the cases") {
  const TempFolder folder;
  std::vector<std::string> said;
  const CohortEvents events = events_into(said);
  CohortFiles files({folder.path / "cases.csv", folder.path / "report.html"}, events);
  files.know(record_of("c"));
  files.start(3);
  files.add(record_of("b"));
  CHECK(has(folder.read("cases.csv"), "\nc,done"));
  CHECK(has(folder.read("cases.csv"), "\nb,done"));
  CHECK(files.finish({"a", "b", "c", "d"}, {}));
  const std::string table = folder.read("cases.csv");
  CHECK(table.find("\na,not started") < table.find("\nb,done"));
  CHECK(table.find("\nb,done") < table.find("\nc,done"));
  CHECK(folder.read("report.html") == "4 rows");
  CHECK(said.empty());
}

TEST_CASE("cohort_files: a table that cannot be written is said once and does not disturb") {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path / "cases.csv");
  std::vector<std::string> said;
  const CohortEvents events = events_into(said);
  CohortFiles files({folder.path / "cases.csv", ""}, events);
  files.start(2);
  files.add(record_of("a"));
  files.add(record_of("b"));
  CHECK(said.size() == 1);
  CHECK_FALSE(files.finish({"a", "b"}, {}));
  CHECK(said.size() == 2);
}
