// A model says the axes of the images that it was trained on, and cases in other axes are not mixed.
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

}  // namespace
}  // namespace flowrun::testing
