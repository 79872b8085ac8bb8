// Images whose axes or voxel sizes are not those that a model says are refused by every node that runs it.
#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

const char* const kTrainedInLas =
    R"({"format": 1, "input": {"channels": ["FLAIR"], "size": [3, 3, 3], "axes": "LAS"}, "output": {"classes": ["a", "b"]}})";

/// LAS, y to the front, or LPS.
Geometry grid_running(bool back) {
  Geometry grid = small_grid(5, 5, 5);
  grid.direction = {1, 0, 0, 0, back ? 1.0 : -1.0, 0, 0, 0, 1};
  return grid;
}

std::string error_of_stage(const std::string& model, const Geometry& geometry, NodeRunner::Values more = {}) {
  more.emplace_back("model", model);
  NodeRunner runner("cnn.stage", more, "cpu");
  PatchBatch patches = made_up_patches(2, 1, 3);
  patches.geometry = geometry;
  patches.voxels = {31, 32};
  return runner.input("patches", patches).error_of_run();
}

std::string error_of_lists(const std::string& type, const std::string& model, const Geometry& geometry,
                           NodeRunner::Values more = {}) {
  for (const char* name : {"model", "initial", "final"})
    if ((type == "cnn.cascade") != (std::string(name) == "model")) more.emplace_back(name, model);
  NodeRunner runner(type, more, "cpu");
  const Volume volume = random_volume(geometry, 1, "flair.nii");
  return runner.input("volumes", volume).input("voxels", list_of({31, 32}, geometry)).error_of_run();
}

std::string error_of_volume(const std::string& model, const Geometry& geometry, NodeRunner::Values more = {}) {
  more.emplace_back("model", model);
  NodeRunner runner("cnn.volume", more, "cpu");
  return runner.input("volumes", random_volume(geometry, 1, "flair.nii")).error_of_run();
}

bool refused(const std::string& error) {
  return error.find("was trained on images whose axes run LAS, but these run LPS; turn them by geometry.reorient_volume") !=
         std::string::npos;
}

TEST_CASE("axes: images in other axes than the model's are refused, and taken with 'axes' any") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("net.pt"), kSumAndFirst, {}, kTrainedInLas);
  const NodeRunner::Values any{{"axes", "any"}, {"output_class", std::int64_t{0}}};
  CHECK(error_of_stage(model, grid_running(false)) == "");
  CHECK(refused(error_of_stage(model, grid_running(true))));
  CHECK(error_of_stage(model, grid_running(true), any) == "");
  for (const char* type : {"cnn.dense_inference", "cnn.cascade", "cnn.dense_labels"}) {
    CAPTURE(type);
    CHECK(error_of_lists(type, model, grid_running(false)) == "");
    CHECK(refused(error_of_lists(type, model, grid_running(true))));
    CHECK(error_of_lists(type, model, grid_running(true), {{"axes", "any"}}) == "");
  }
}

TEST_CASE("axes: cnn.volume refuses them too; a model that says none takes all") {
  const TestFolder folder;
  const char* const copy = "def forward(self, x):\n    return torch.cat([x, x], 1)\n";
  const std::string says = write_model(folder.file("a.pt"), copy, {}, R"({"format": 1, "input": {"axes": "LAS"}})");
  const std::string silent = write_model(folder.file("b.pt"), copy, {}, R"({"format": 1})");
  CHECK(error_of_volume(says, grid_running(false)) == "");
  CHECK(refused(error_of_volume(says, grid_running(true))));
  CHECK(error_of_volume(says, grid_running(true), {{"axes", "any"}}) == "");
  CHECK(error_of_volume(silent, grid_running(true)) == "");
}

TEST_CASE("axes: a description whose axes are none is refused") {
  const TestFolder folder;
  for (const char* axes : {R"("LLS")", R"("las")", "3", R"("")"}) {
    const std::string text = std::string(R"({"format": 1, "input": {"axes": )") + axes + "}}";
    const std::string model = write_model(folder.file(std::to_string(folder.entries()) + ".pt"), kSumAndFirst, {}, text);
    CHECK(error_of_stage(model, grid_running(true)).find("'axes' is not three letters") != std::string::npos);
  }
}

/// A description of a network for patches of 3 voxels along x and y, and `depth` along z, trained on voxels of this size.
std::string trained_at(const std::string& spacing, int depth = 3) {
  return R"({"format": 1, "input": {"size": [3, 3, )" + std::to_string(depth) + R"(], "spacing": )" + spacing +
         R"(}, "output": {"classes": ["a", "b"]}})";
}

Geometry grid_of(const std::array<double, 3>& spacing) {
  Geometry grid = small_grid(5, 5, 5);
  grid.spacing = spacing;
  return grid;
}

bool says(const std::string& error, const std::string& trained, const std::string& found) {
  return error.find("was trained on voxels of " + trained + ", but these are " + found + "; bring the images to") !=
         std::string::npos;
}

TEST_CASE("voxel sizes: images of other sizes than the model's are refused, and taken with 'spacing' any") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("net.pt"), kSumAndFirst, {}, trained_at("[1, 1, [1, 3]]"));
  const NodeRunner::Values any{{"spacing", "any"}, {"output_class", std::int64_t{0}}};
  const std::string trained = "1 x 1 x 1 to 3 mm";
  for (const auto& alike : std::vector<std::array<double, 3>>{{1, 1, 1}, {1.25, 0.8, 2}, {1, 1.1, 3.75}, {0.8, 0.8, 0.8}})
    CHECK(error_of_stage(model, grid_of(alike)) == "");
  CHECK(says(error_of_stage(model, grid_of({1, 1, 3.8})), trained, "1 x 1 x 3.8 mm"));
  CHECK(says(error_of_stage(model, grid_of({1, 0.79, 1})), trained, "1 x 0.79 x 1 mm"));
  CHECK(says(error_of_stage(model, grid_of({2, 2, 2})), trained, "2 x 2 x 2 mm"));
  CHECK(error_of_stage(model, grid_of({2, 2, 2}), any) == "");
  for (const char* type : {"cnn.dense_inference", "cnn.cascade", "cnn.dense_labels"}) {
    CAPTURE(type);
    CHECK(error_of_lists(type, model, grid_of({1, 1, 2})) == "");
    CHECK(says(error_of_lists(type, model, grid_of({2, 2, 2})), trained, "2 x 2 x 2 mm"));
    CHECK(error_of_lists(type, model, grid_of({2, 2, 2}), {{"spacing", "any"}}) == "");
  }
}

TEST_CASE("voxel sizes: they do not matter along an axis that the network does not look along") {
  const TestFolder folder;
  const std::string flat = write_model(folder.file("flat.pt"), kSumAndFirst, {}, trained_at("[1, 1, 1]", 1));
  const auto error_of = [&](const std::array<double, 3>& spacing) {
    NodeRunner runner("cnn.dense_labels", {{"model", flat}}, "cpu");
    const Volume volume = random_volume(grid_of(spacing), 1, "flair.nii");
    return runner.input("volumes", volume).input("voxels", list_of({31, 32}, volume.geometry)).error_of_run();
  };
  CHECK(error_of({1, 1, 4}) == "");
  CHECK(says(error_of({1, 2, 1}), "1 x 1 x 1 mm", "1 x 2 x 1 mm"));
}

TEST_CASE("voxel sizes: cnn.volume refuses them too; of a network whose layers are known the axes count that it looks along") {
  const TestFolder folder;
  const char* const copy = "def forward(self, x):\n    return torch.cat([x, x], 1)\n";
  const std::string of_one = write_model(folder.file("a.pt"), copy, {}, R"({"format": 1, "input": {"spacing": [1, 1, 1]}})");
  CHECK(error_of_volume(of_one, grid_of({1, 1, 1.2})) == "");
  CHECK(says(error_of_volume(of_one, grid_of({1, 1, 4})), "1 x 1 x 1 mm", "1 x 1 x 4 mm"));
  CHECK(error_of_volume(of_one, grid_of({1, 1, 4}), {{"spacing", "any"}}) == "");
  const std::string flat = write_model(folder.file("b.pt"), copy, {},
                                       R"({"format": 1, "input": {"spacing": [1, 1, 1]},
          "network": {"layers": [{"type": "convolution", "channels": 2, "kernel": [3, 3], "padding": "same"}]}})");
  CHECK(error_of_volume(flat, grid_of({1, 1, 4})) == "");
  CHECK(says(error_of_volume(flat, grid_of({4, 1, 1})), "1 x 1 x 1 mm", "4 x 1 x 1 mm"));
}

TEST_CASE("voxel sizes: a description whose sizes are none is refused") {
  const TestFolder folder;
  for (const char* spacing : {"1", "[1, 1]", "[1, 1, 0]", R"([1, 1, "1"])", "[1, 1, -1]", "[1, 1, 1e300]", "[1, 1, [1]]",
                              "[1, 1, [1, 2, 3]]", "[1, 1, [3, 1]]", "[1, 1, null]", "{}"}) {
    CAPTURE(spacing);
    const std::string model =
        write_model(folder.file(std::to_string(folder.entries()) + ".pt"), kSumAndFirst, {}, trained_at(spacing));
    CHECK(error_of_stage(model, grid_of({1, 1, 1})).find("'spacing' ") != std::string::npos);
  }
}

}  // namespace
}  // namespace flowrun::testing
