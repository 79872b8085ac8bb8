#include <doctest/doctest.h>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

double number(const Table& table, std::size_t row, const std::string& column) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c] != column) continue;
    const Table::Cell& cell = table.rows.at(row)[c];
    return std::holds_alternative<double>(cell) ? std::get<double>(cell) : static_cast<double>(std::get<std::int64_t>(cell));
  }
  FAIL("no column " << column);
  return 0;
}

/// Two lesions on a turned grid: label 1 at voxels (1,0,0) and (2,0,0), label 3 at (0,1,1).
Labels two_lesions() {
  Labels labels = labels_of(std::vector<std::int32_t>(3 * 2 * 2), small_grid(3, 2, 2));
  labels.voxels[1] = labels.voxels[2] = 1;
  labels.voxels[static_cast<std::size_t>(labels.geometry.index_of(0, 1, 1))] = 3;
  return labels;
}

TEST_CASE("report.lesions: volume, place, probability and brightness are those worked out by hand") {
  const Labels labels = two_lesions();
  Volume probability = volume_of(std::vector<float>(12, 0.0f), labels.geometry);
  probability.voxels[1] = 0.5f;
  probability.voxels[2] = 0.75f;
  Volume flair = volume_of(std::vector<float>(12, -1.0f), labels.geometry);
  flair.voxels[1] = 2;
  flair.voxels[2] = 3;
  flair.facts.kind = kStandardised;
  NodeRunner runner("report.lesions", {{"frame", std::string("lps")}});
  runner.case_name("p07").input("labels", labels).input("probability", probability).input("flair", flair);
  runner.run();
  const Table& table = runner.output<Table>("table");
  CHECK(table.columns == std::vector<std::string>{"case", "lesion", "voxels", "volume_mm3", "x_mm_lps", "y_mm_lps", "z_mm_lps",
                                                  "mean_probability", "max_probability", "mean_flair_sd"});
  REQUIRE(table.rows.size() == 2);  // label 2 has no voxel
  CHECK(std::get<std::string>(table.rows[0][0]) == "p07");
  CHECK(number(table, 0, "lesion") == 1);
  CHECK(number(table, 0, "volume_mm3") == doctest::Approx(2 * 0.7 * 1.2 * 3.0));
  // voxel (1.5, 0, 0); the direction sends x to y: origin + (0, 1.5 * 0.7, 0)
  CHECK(number(table, 0, "x_mm_lps") == doctest::Approx(-12.5));
  CHECK(number(table, 0, "y_mm_lps") == doctest::Approx(8.0 + 1.05));
  CHECK(number(table, 0, "z_mm_lps") == doctest::Approx(40.25));
  CHECK(number(table, 0, "mean_probability") == doctest::Approx(0.625));
  CHECK(number(table, 0, "max_probability") == doctest::Approx(0.75));
  CHECK(number(table, 0, "mean_flair_sd") == doctest::Approx(2.5));
  // voxel (0, 1, 1); the direction sends y to -x
  CHECK(number(table, 1, "lesion") == 3);
  CHECK(number(table, 1, "x_mm_lps") == doctest::Approx(-12.5 - 1.2));
  CHECK(number(table, 1, "z_mm_lps") == doctest::Approx(43.25));
  CHECK(runner.reports().at("lesions") == 2);
  CHECK(runner.reports().at("volume_mm3") == doctest::Approx(3 * 2.52));
  CHECK(runner.reports().at("lesion_volume_ml") == doctest::Approx(3 * 2.52 / 1000));
}

TEST_CASE("report.lesions: the mean of an image that is not normalised is not called one in standard deviations") {
  const Labels labels = two_lesions();
  NodeRunner runner("report.lesions");
  runner.input("labels", labels).input("flair", volume_of(std::vector<float>(12, 150.0f), labels.geometry)).run();
  const Table table = runner.output<Table>("table");
  CHECK(table.columns.back() == "mean_flair");
  CHECK(number(table, 0, "mean_flair") == 150);
}

TEST_CASE("report.lesions: by default the frame is that of NIfTI viewers, and maps may be left out") {
  NodeRunner runner("report.lesions");
  runner.input("labels", two_lesions());
  runner.run();
  const Table& table = runner.output<Table>("table");
  CHECK(table.columns.size() == 7);
  CHECK(number(table, 0, "x_mm_ras") == doctest::Approx(12.5));
  CHECK(number(table, 0, "y_mm_ras") == doctest::Approx(-9.05));
  CHECK(number(table, 0, "z_mm_ras") == doctest::Approx(40.25));
}

TEST_CASE("report.lesions: lesions of a volume that no head has are a warning") {
  const auto warnings_of = [](double spacing) {
    Geometry grid = small_grid(10, 10, 10);
    grid.spacing = {spacing, spacing, spacing};
    NodeRunner runner("report.lesions");
    runner.input("labels", labels_of(std::vector<std::int32_t>(1000, 2), grid)).run();
    return runner.warnings();
  };
  CHECK(warnings_of(7).empty());  // 343 ml
  REQUIRE(warnings_of(8).size() == 1);
  CHECK(warnings_of(8).front().find(" are 512 ml together, more than all white matter of an adult") != std::string::npos);
}

TEST_CASE("report.lesions: no label gives no row, any label does; labels below 0, another grid and another space are errors") {
  NodeRunner none("report.lesions");
  none.input("labels", labels_of({0, 0}, small_grid(2, 1, 1)));
  none.run();
  CHECK(none.output<Table>("table").rows.empty());
  NodeRunner large("report.lesions");
  large.input("labels", labels_of({0, 2147483647}, small_grid(2, 1, 1))).run();
  CHECK(number(large.output<Table>("table"), 0, "lesion") == 2147483647);
  NodeRunner negative("report.lesions");
  negative.input("labels", labels_of({0, -2}, small_grid(2, 1, 1)));
  CHECK(negative.error_of_run() ==
        "'labels.nii' has the label -2 at voxel (1, 0, 0); labels of lesions are numbers from 1, and 0 is outside");
  NodeRunner grid("report.lesions");
  grid.input("labels", labels_of({0, 1}, small_grid(2, 1, 1))).input("flair", volume_of({0, 1, 2}, "flair.nii"));
  CHECK(grid.error_of_run().find("'labels.nii' and 'flair.nii' are not on one grid") == 0);
  Labels atlas = labels_of({0, 1}, volume_of({0, 1}).geometry);
  atlas.facts.space = "MNI152";
  Volume flair = volume_of({0, 1}, "flair.nii");
  flair.facts.space = "flair";
  NodeRunner space("report.lesions");
  space.input("labels", atlas).input("flair", flair);
  CHECK(space.error_of_run().find("'labels.nii' is in the space 'MNI152', but 'flair.nii' is in 'flair'") == 0);
}

TEST_CASE("write_table: a text that a spreadsheet would run gets an apostrophe in CSV, numbers and JSON stay as they are") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("flowrun_formula_" + std::to_string(getpid()));
  Table table;
  table.columns = {"=column", "value"};
  for (const char* text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "plain", "a;=1"})
    table.rows.push_back({std::string(text), std::int64_t{-1}});
  const auto written = [&](const std::string& name) {
    NodeRunner runner("report.write_table");
    runner.set("path", (folder / name).string()).input("table", table);
    REQUIRE(runner.error_of_run().empty());
    std::ifstream file(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(written("t.csv") ==
        "'=column,value\n'=1+1,-1\n'+1,-1\n'-1,-1\n'@x,-1\n\"'\tx\",-1\n\"'\rx\",-1\n''=1,-1\nplain,-1\n\"a;=1\",-1\n");
  CHECK(written("t.json").find("\"=column\": \"=1+1\"") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("report.write_number: one line that gives the number back") {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / ("number_" + std::to_string(::getpid()) + ".txt");
  const auto written = [&](double value) {
    Number number;
    number.value = value;
    NodeRunner runner("report.write_number", {{"path", file.string()}});
    runner.input("number", number).run();
    std::string line;
    std::getline(std::ifstream(file), line);
    std::filesystem::remove(file);
    return line;
  };
  CHECK(written(0.1) == "0.1");
  CHECK(written(-3) == "-3");
  CHECK(written(std::nan("")) == "nan");
  CHECK(written(-HUGE_VAL) == "-inf");
}

TEST_CASE("write_table: writes CSV and JSON, with what is not defined left empty") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("flowrun_report_" + std::to_string(getpid()));
  Table table;
  table.columns = {"case", "count", "share"};
  table.rows = {{std::string("a \"b\", c"), std::int64_t{3}, 0.1}, {std::string("line\nbreak"), std::int64_t{-1}, std::nan("")}};
  const auto written = [&](const std::string& name) {
    NodeRunner runner("report.write_table");
    runner.set("path", (folder / name).string()).input("table", table);
    const std::string error = runner.error_of_run();
    std::ifstream file(folder / name);
    return error + std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(written("t.csv") == "case,count,share\n\"a \"\"b\"\", c\",3,0.1\n\"line\nbreak\",-1,\n");
  CHECK(written("t.json") ==
        "[\n  {\"case\": \"a \\\"b\\\", c\", \"count\": 3, \"share\": 0.1},\n"
        "  {\"case\": \"line\\u000abreak\", \"count\": -1, \"share\": null}\n]\n");
  CHECK(written("t.xls").find("a name that ends in .csv or .json is expected") != std::string::npos);
  table.rows[0].pop_back();
  CHECK(written("u.csv") == "a table has 3 columns, but a row of 2 cells; the plugin that made it is at fault");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace flowrun::testing
