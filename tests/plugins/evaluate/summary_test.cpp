#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "measures.h"

namespace flowrun::testing {
namespace {

Table row(const std::string& name, double dice, std::int64_t lesions) {
  Table table;
  table.columns = {"case", "dice", "lesions"};
  table.rows = {{name, dice, lesions}};
  return table;
}

struct Files {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("flowrun_evaluate_" + std::to_string(getpid()));
  ~Files() { std::filesystem::remove_all(folder); }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::string text(const std::string& name) const {
    std::ifstream file(folder / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_CASE("evaluate.summary: the rows, then mean, sd and median worked out by hand") {
  const Files files;
  NodeRunner runner("evaluate.summary");
  runner.set("csv", files.path("m.csv")).set("json", files.path("m.json"));
  runner.input("rows", row("a", 0.5, 2)).input("rows", row("b", 0.75, 4)).input("rows", row("c", std::nan(""), 9));
  runner.run();
  // dice: 0.5, 0.75: mean 0.625, sd sqrt(2 * 0.125^2 / 1) = 0.17677669529663687; lesions 2, 4, 9: mean 5, sd sqrt(26 / 2), median
  // 4
  CHECK(files.text("m.csv") ==
        "row,case,dice,lesions\ncase,a,0.5,2\ncase,b,0.75,4\ncase,c,,9\nn,,2,3\nmean,,0.625,5\nsd,,0.1767766952966369," +
            std::string("3.605551275463989\nmedian,,0.625,4\nmin,,0.5,2\nmax,,0.75,9\n"));
  CHECK(
      files.text("m.json") ==
      "{\n  \"cases\": [\n    {\"case\": \"a\", \"dice\": 0.5, \"lesions\": 2},\n    {\"case\": \"b\", \"dice\": 0.75, "
      "\"lesions\": 4},\n    {\"case\": \"c\", \"dice\": null, \"lesions\": 9}\n  ],\n  \"summary\": {\n    \"dice\": {\"n\": 2, "
      "\"mean\": 0.625, \"sd\": 0.1767766952966369, \"median\": 0.625, \"min\": 0.5, \"max\": 0.75},\n    \"lesions\": {\"n\": "
      "3, "
      "\"mean\": 5, \"sd\": 3.605551275463989, \"median\": 4, \"min\": 2, \"max\": 9}\n  }\n}\n");
  CHECK(runner.reports().at("cases") == 3);
  CHECK(runner.reports().at("mean_dice") == 0.625);
}

TEST_CASE("evaluate.summary: one case has no sd, no case is a warning, other columns are an error") {
  const Files files;
  NodeRunner one("evaluate.summary");
  one.set("csv", files.path("one.csv")).input("rows", row("a", 0.5, 2));
  one.run();
  CHECK(files.text("one.csv").find("\nsd,,,\n") != std::string::npos);
  NodeRunner none("evaluate.summary");
  none.set("json", files.path("none.json"));
  none.run();
  CHECK(none.warnings().size() == 1);
  CHECK(files.text("none.json") == "{\n  \"cases\": [],\n  \"summary\": {\n  }\n}\n");
  NodeRunner other("evaluate.summary");
  Table more = row("b", 1, 1);
  more.columns[1] = "jaccard";
  other.set("csv", files.path("o.csv")).input("rows", row("a", 0.5, 2)).input("rows", more);
  CHECK(other.error_of_run().find("the cases do not all have the same measures") == 0);
  CHECK(NodeRunner("evaluate.summary").error_of_run() == "neither parameter 'csv' nor 'json' names a file; give at least one");
}

TEST_CASE("evaluate.join: columns stand beside each other, the case once") {
  NodeRunner runner("evaluate.join");
  Table more;
  more.columns = {"case", "assd_mm"};
  more.rows = {{std::string("p07"), 1.5}};
  runner.case_name("p07").input("tables", row("p07", 0.5, 2)).input("tables", more);
  runner.run();
  const Table& joined = runner.output<Table>("table");
  CHECK(joined.columns == std::vector<std::string>{"case", "dice", "lesions", "assd_mm"});
  CHECK(number(joined, "assd_mm") == 1.5);
}

TEST_CASE("evaluate.join: a column that comes twice, and a table of two rows, are errors") {
  NodeRunner twice("evaluate.join");
  twice.input("tables", row("a", 0.5, 2)).input("tables", row("a", 0.5, 2));
  CHECK(twice.error_of_run() == "two of the tables to be joined have a column 'dice'; each measure can be in the row once");
  Table two = row("a", 0.5, 2);
  two.rows.push_back(two.rows[0]);
  NodeRunner rows("evaluate.join");
  rows.input("tables", two);
  CHECK(rows.error_of_run().find("a table to be joined has 2 rows") == 0);
}

}  // namespace
}  // namespace flowrun::testing
