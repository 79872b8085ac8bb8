// A model says the axes and the voxel sizes of the images that it was trained on. Cases in other axes are not mixed; voxels of
// several sizes are a warning.
#include <nlohmann/json.hpp>

#include "toy_training.h"

namespace flowrun::testing {
namespace {

Geometry las_grid() {
  Geometry grid = small_grid(12, 10, 8);
  grid.direction = {1, 0, 0, 0, -1, 0, 0, 0, 1};
  return grid;
}

std::string description_in(const std::string& model) {
  torch::jit::ExtraFilesMap extra{{"flowrun.json", ""}};
  torch::jit::load(model, c10::nullopt, extra);
  return extra.at("flowrun.json");
}

TEST_CASE("train.fit: the model says the axes of its images") {
  const TestFolder folder;
  CHECK(contains(description_in(trained(folder, "model")), R"("axes": "PRS")"));
  Training las(folder, "las", {}, 0);
  for (unsigned i = 1; i < 4; ++i) las.runner->input("samples", sampled(ToyCase(i, las_grid()), "case" + std::to_string(i)));
  REQUIRE(las.error() == "");
  CHECK(contains(description_in(las.model), R"("axes": "LAS")"));
}

TEST_CASE("train.fit: cases in other axes, or a start model of other axes, are refused") {
  const TestFolder folder;
  Training mixed(folder, "mixed");
  mixed.runner->input("samples", sampled(ToyCase(9, las_grid()), "turned"));
  CHECK(contains(mixed.error(), "the axes of case 'turned' run LAS, those of case 'case0' PRS; all cases need the same axes"));
  const std::string prs = trained(folder, "prs");
  Training tuned(folder, "tuned", {{"start", prs}}, 0);
  for (unsigned i = 1; i < 4; ++i) tuned.runner->input("samples", sampled(ToyCase(i, las_grid()), "case" + std::to_string(i)));
  CHECK(contains(tuned.error(), "was trained on images whose axes run PRS, but these run LAS"));
}

TEST_CASE("train.fit_volumes: cases in other axes are refused") {
  const TestFolder folder;
  NodeRunner runner("train.fit_volumes", {{"channels", std::vector<std::string>{"image"}}}, "cpu");
  runner.set("model", folder.file("m.pt")).set("network", folder.write("network.json", kToyNetwork));
  for (const bool turned : {false, true}) {
    const ToyCase one(1, turned ? las_grid() : small_grid(12, 10, 8));
    NodeRunner images("train.images", {});
    images.case_name(turned ? "turned" : "straight").input("volumes", one.bright).input("lesions", one.lesions).run();
    runner.input("images", images.output_ptr("images"));
  }
  CHECK(contains(runner.error_of_run(), "the axes of case 'turned' run LAS, those of case 'straight' PRS"));
}

Geometry grid_of(double x, double y, double z) {
  Geometry grid = small_grid(12, 10, 8);
  grid.spacing = {x, y, z};
  return grid;
}

bool has_warning(const NodeRunner& runner, const std::string& part) {
  return std::any_of(runner.warnings().begin(), runner.warnings().end(),
                     [&](const std::string& warning) { return contains(warning, part); });
}

nlohmann::json input_of(const std::string& model) { return nlohmann::json::parse(description_in(model)).at("input"); }

TEST_CASE("train.fit: the model says the voxel sizes of its images; several sizes are a warning") {
  const TestFolder folder;
  const auto add = [](Training& training, unsigned seed, const Geometry& grid) {
    training.runner->input("samples", sampled(ToyCase(seed, grid), "case" + std::to_string(seed)));
  };
  Training alike(folder, "alike", {}, 0);
  for (unsigned i = 1; i < 4; ++i) add(alike, i, grid_of(1, 0.9f, i == 1 ? 1.2 : 1));
  REQUIRE(alike.error() == "");
  CHECK_FALSE(has_warning(*alike.runner, "voxels of case"));
  CHECK(input_of(alike.model).at("spacing") == nlohmann::json::parse("[1.0, 0.9, [1.0, 1.2]]"));

  Training mixed(folder, "mixed", {}, 0);
  for (unsigned i = 1; i < 4; ++i) add(mixed, i, grid_of(1, 1, i));
  REQUIRE(mixed.error() == "");
  CHECK(has_warning(*mixed.runner,
                    "the voxels of case 'case1' are 1 x 1 x 1 mm, those of case 'case3' are 1 x 1 x 3 mm; a network "
                    "sees voxels and not mm"));
  CHECK(input_of(mixed.model).at("spacing") == nlohmann::json::parse("[1.0, 1.0, [1.0, 3.0]]"));

  for (const double size : {1.0, 2.0}) {
    Training tuned(folder, "tuned" + std::to_string(size), {{"start", alike.model}}, 0);
    for (unsigned i = 1; i < 4; ++i) add(tuned, i, grid_of(size, size, size));
    REQUIRE(tuned.error() == "");
    CHECK(has_warning(*tuned.runner, "was trained on voxels of 1 x 0.9 x 1 to 1.2 mm, but those of the cases are 2 x 2 x 2 mm") ==
          (size == 2.0));
  }
}

TEST_CASE(
    "train.fit: cases that only validate are not trained on; weights that are still those of the start have its voxel sizes") {
  const TestFolder folder;
  const auto model_of = [&](const std::string& name, const Values& more, const std::vector<double>& sizes) {
    Training training(folder, name, more, 0);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto seed = static_cast<unsigned>(i + 1);
      training.runner->input("samples", sampled(ToyCase(seed, grid_of(sizes[i], 1, 1)), "case" + std::to_string(seed)));
    }
    REQUIRE(training.error() == "");
    return training.model;
  };
  const std::string aside = model_of("aside", {}, {1, 2, 3, 4, 5});
  const auto text = nlohmann::json::parse(description_in(aside));
  const auto validated = text.at("training").at("validation_cases").get<std::vector<std::string>>();
  REQUIRE(validated.size() == 1);
  const int only_judged = validated.front().back() - '0';
  CHECK(text.at("input").at("spacing")[0] == nlohmann::json{only_judged == 1 ? 2.0 : 1.0, only_judged == 5 ? 4.0 : 5.0});

  const std::string start = model_of("start", {}, {1, 1, 1});
  const std::string kept = model_of("kept", {{"start", start}, {"learning_rate", 10.0}, {"epochs", std::int64_t{1}}}, {4, 4, 4});
  REQUIRE(nlohmann::json::parse(description_in(kept)).at("training").at("best_epoch") == 0);
  CHECK(input_of(kept).at("spacing") == nlohmann::json::parse("[1.0, 1.0, 1.0]"));
}

TEST_CASE("train.fit_volumes: the model says its voxel sizes; along an axis without kernels several do not matter") {
  const TestFolder folder;
  const auto train = [&](const std::string& name, const std::string& layers) {
    NodeRunner runner("train.fit_volumes",
                      {{"channels", std::vector<std::string>{"image"}},
                       {"epochs", std::int64_t{1}},
                       {"crop", std::vector<std::int64_t>{8, 8, 8}}},
                      "cpu");
    runner.set("model", folder.file(name + ".pt")).set("network", folder.write(name + ".json", layers));
    for (const unsigned i : {1u, 2u}) {
      const ToyCase one(i, grid_of(1, 1, i == 1 ? 1 : 4));
      NodeRunner images("train.images", {});
      images.case_name("case" + std::to_string(i)).input("volumes", one.bright).input("lesions", one.lesions).run();
      runner.input("images", images.output_ptr("images"));
    }
    REQUIRE(runner.error_of_run() == "");
    CHECK(input_of(folder.file(name + ".pt")).at("spacing") == nlohmann::json::parse("[1.0, 1.0, [1.0, 4.0]]"));
    return has_warning(runner, "the voxels of case 'case1' are 1 x 1 x 1 mm, those of case 'case2' are 1 x 1 x 4 mm");
  };
  CHECK(train("whole", R"({"layers": [{"type": "convolution", "channels": 2, "kernel": 3, "padding": "same"}]})"));
  CHECK_FALSE(train("flat", R"({"layers": [{"type": "convolution", "channels": 2, "kernel": [3, 3], "padding": "same"}]})"));
}

}  // namespace
}  // namespace flowrun::testing
