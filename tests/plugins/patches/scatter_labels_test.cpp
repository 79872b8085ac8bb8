#include <doctest/doctest.h>

#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

const Geometry kGrid = small_grid(3, 2, 1);

Scores scores_of(std::vector<std::int64_t> voxels, std::int64_t classes, std::vector<float> values) {
  Scores scores;
  scores.geometry = kGrid;
  scores.voxels = std::move(voxels);
  scores.classes = classes;
  scores.values = std::move(values);
  return scores;
}

NodeRunner runner_of(NodeRunner::Values params, const Scores& chunk) {
  NodeRunner runner("patches.scatter_labels", std::move(params));
  runner.input("voxels", list_of({1, 4}, kGrid, "t1.nii")).input("scores", chunk);
  return runner;
}

TEST_CASE("scatter_labels: each voxel gets the class that scores highest, in whatever order the chunks come") {
  NodeRunner runner = runner_of({{"classes", std::vector<std::string>{"none", "a", "b"}}}, scores_of({4}, 3, {0.2f, 0.5f, 0.3f}));
  runner.input("scores", scores_of({1}, 3, {-1, -2, 7}));
  runner.run();
  const auto& labels = runner.output<Labels>("labels");
  CHECK(labels.voxels == std::vector<std::int32_t>{0, 2, 0, 0, 1, 0});
  CHECK(labels.names == std::map<std::int32_t, std::string>{{1, "a"}, {2, "b"}});
  CHECK(labels.source == "t1.nii");
  CHECK(labels.facts.kind == "labels");
}

TEST_CASE("scatter_labels: the first class can have the label 1, and of equal scores the first wins") {
  NodeRunner runner = runner_of({{"first", std::int64_t{1}}}, scores_of({1, 4}, 2, {3, 3, 0, 1}));
  runner.run();
  CHECK(runner.output<Labels>("labels").voxels == std::vector<std::int32_t>{0, 1, 0, 0, 2, 0});
}

TEST_CASE("scatter_labels: probabilities are weighted before the highest is chosen") {
  const auto labels_of = [](std::vector<double> weights) {
    NodeRunner runner = runner_of({{"class_weights", weights}}, scores_of({1, 4}, 3, {0.2f, 0.5f, 0.3f, 0.1f, 0.1f, 0.8f}));
    runner.run();
    return runner.output<Labels>("labels").voxels;
  };
  CHECK(labels_of({}) == std::vector<std::int32_t>{0, 1, 0, 0, 2, 0});
  CHECK(labels_of({1, 1, 1}) == labels_of({}));
  CHECK(labels_of({0.9, 0.3, 0.05}) == std::vector<std::int32_t>{0, 0, 0, 0, 0, 0});
  CHECK(labels_of({0.3, 0.1, 0.25}) == std::vector<std::int32_t>{0, 2, 0, 0, 2, 0});
  const auto error_of = [](std::vector<double> weights, std::vector<float> scores) {
    return runner_of({{"class_weights", weights}}, scores_of({1, 4}, 2, scores)).error_of_run();
  };
  CHECK(error_of({1, 2, 3}, {0, 1, 0, 1}) ==
        "parameter 'class_weights' has 3 numbers, but there are 2 classes; give one for each, in their order");
  CHECK(error_of({1, 2}, {-3, 1, 0, 1}).find("let it end in a softmax") != std::string::npos);
}

TEST_CASE("scatter_labels: one class, wrong names, NaN and missing scores are refused") {
  CHECK(runner_of({}, scores_of({1, 4}, 1, {0, 1})).error_of_run() ==
        "the scores have 1 class, so none scores highest; have cnn.stage hand over all classes ('output_class' -1)");
  CHECK(runner_of({{"classes", std::vector<std::string>{"a"}}}, scores_of({1, 4}, 2, {0, 1, 0, 1})).error_of_run() ==
        "parameter 'classes' has 1 names, but the scores have 2 classes; give a name for each, in their order");
  CHECK(runner_of({}, scores_of({1, 4}, 2, {0, std::numeric_limits<float>::quiet_NaN(), 0, 1})).error_of_run().find("is NaN") !=
        std::string::npos);
  CHECK(runner_of({}, scores_of({1}, 2, {0, 1})).error_of_run().find("scores came for 1 of the 2 voxels of 't1.nii'") == 0);
}

}  // namespace
}  // namespace flowrun::testing
