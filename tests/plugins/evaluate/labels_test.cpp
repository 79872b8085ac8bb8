#include <cmath>

#include "measures.h"

namespace flowrun::testing {
namespace {

const std::string kType = "evaluate.labels";

Labels labels_of(std::vector<std::int32_t> voxels, std::map<std::int32_t, std::string> names = {}) {
  Labels labels;
  labels.geometry = millimetre_grid(static_cast<std::int64_t>(voxels.size()), 1, 1);
  labels.geometry.spacing = {1, 1, 2};
  labels.voxels = std::move(voxels);
  labels.names = std::move(names);
  return labels;
}

NodeRunner runner_of(const Labels& found, const Labels& reference, const NodeRunner::Values& params = {}) {
  NodeRunner runner(kType, params);
  runner.case_name("p07").input("found", found).input("reference", reference);
  return runner;
}

TEST_CASE("evaluate.labels: Dice and volumes of each label, and their mean, are those worked out by hand") {
  // label 1: found 3, reference 2, both 2; label 2: found 1, reference 2, both 1; label 5: reference alone
  NodeRunner runner = runner_of(labels_of({1, 1, 1, 2, 0, 0}), labels_of({1, 1, 2, 2, 5, 0}, {{1, "CSF"}, {2, "grey"}}));
  runner.run();
  const Table table = runner.output<Table>("table");
  CHECK(table.columns == std::vector<std::string>{"case", "mean_dice", "CSF dice", "CSF found_mm3", "CSF reference_mm3",
                                                  "grey dice", "grey found_mm3", "grey reference_mm3", "label 5 dice",
                                                  "label 5 found_mm3", "label 5 reference_mm3"});
  CHECK(std::get<std::string>(table.rows.at(0)[0]) == "p07");
  CHECK(number(table, "CSF dice") == doctest::Approx(4.0 / 5));
  CHECK(number(table, "CSF found_mm3") == 6);
  CHECK(number(table, "grey dice") == doctest::Approx(2.0 / 3));
  CHECK(number(table, "label 5 dice") == 0);
  CHECK(number(table, "mean_dice") == doctest::Approx((0.8 + 2.0 / 3) / 3));
  CHECK(runner.reports().at("mean_dice") == doctest::Approx((0.8 + 2.0 / 3) / 3));
}

TEST_CASE("evaluate.labels: the labels asked for are the columns, whatever occurs, and a region bounds what counts") {
  NodeRunner runner = runner_of(labels_of({1, 1, 3, 0}), labels_of({1, 3, 3, 0}), {{"labels", std::vector<std::int64_t>{1, 7}}});
  Mask region = mask_of({1, 0, 1, 1}, millimetre_grid(4, 1, 1));
  region.geometry.spacing = {1, 1, 2};
  runner.input("region", region);
  runner.run();
  const Table table = runner.output<Table>("table");
  CHECK(table.columns.size() == 2 + 2 * 3);
  CHECK(number(table, "label 1 dice") == 1);
  CHECK(std::isnan(number(table, "label 7 dice")));
  CHECK(number(table, "mean_dice") == 1);
}

TEST_CASE(
    "evaluate.labels: nothing to measure is a warning; equal names are told apart; other grids and endless labels are refused") {
  NodeRunner nothing = runner_of(labels_of({0, 0}), labels_of({0, 0}));
  nothing.run();
  CHECK(nothing.warnings().size() == 1);
  CHECK(std::isnan(number(nothing.output<Table>("table"), "mean_dice")));
  NodeRunner twins = runner_of(labels_of({1, 2}), labels_of({1, 2}, {{1, "x"}, {2, "x"}}));
  twins.run();
  CHECK(number(twins.output<Table>("table"), "x (2) dice") == 1);
  CHECK(runner_of(labels_of({1, 2}), labels_of({1})).error_of_run() != "");
  std::vector<std::int32_t> many(300);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int32_t>(i + 1);
  CHECK(
      runner_of(labels_of(many), labels_of(many)).error_of_run() ==
      "the images have more than 256 labels, which no table of classes is for; name the labels to measure in parameter 'labels'");
}

}  // namespace
}  // namespace flowrun::testing
