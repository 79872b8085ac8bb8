#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "direct_network.h"
#include "flowrun/testing/node_runner.h"
#include "made_up_weights.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

/// What the import threw, "" when it passed.
std::string import_model(const std::string& weights, const std::string& model, const NodeRunner::Values& more = {}) {
  NodeRunner runner("cnn.import_weights", more);
  runner.set("weights", weights).set("model", model);
  return runner.error_of_run();
}

std::string import_error(const TestFolder& folder, const std::string& pickle, NodeRunner::Values more = {}) {
  const std::string weights = folder.write("w.pkl", pickle);
  const std::string text = import_model(weights, folder.file("m.pt"), more);
  CHECK(!std::filesystem::exists(folder.file("m.pt")));
  CHECK((text.empty() || contains(text, weights)));
  return text;
}

Scores both_classes(const std::string& model, const PatchBatch& patches) {
  NodeRunner runner("cnn.stage", {{"model", model}, {"output_class", std::int64_t{-1}}}, "cpu");
  runner.input("patches", patches);
  runner.run();
  return runner.output<Scores>("scores");
}

/// A patch of a PatchBatch (z, y, x) with its axes turned to x, y, z.
std::vector<float> turned(const PatchBatch& patches, std::int64_t patch) {
  std::vector<float> values;
  const float* first = patches.values.data() + patch * patches.values_per_patch();
  for (std::int64_t c = 0; c < patches.channels; ++c)
    for (int x = 0; x < 15; ++x)
      for (int y = 0; y < 15; ++y)
        for (int z = 0; z < 15; ++z) values.push_back(first[((c * 15 + z) * 15 + y) * 15 + x]);
  return values;
}

void check_against_loops(bool max_pooling) {
  const TestFolder folder;
  const PickleWriter::Layers weights = made_up_weights();
  const std::string model = folder.file("m.pt");
  const std::string pooling = max_pooling ? "max" : "average";
  REQUIRE(import_model(folder.write("w.pkl", PickleWriter::weights(weights)), model, {{"pooling", pooling}}) == "");
  const PatchBatch patches = made_up_patches(2, 4, 15);
  const Scores scores = both_classes(model, patches);
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto expected = direct_network(weights, turned(patches, i), max_pooling);
    CHECK(std::abs(scores.values[2 * i + 1] - expected[1]) < 1e-4);
    CHECK(std::abs(scores.values[2 * i] - expected[0]) < 1e-4);
    CHECK(expected[1] > 0.01);  // a network that always says 0 or 1 would tell nothing about axes
    CHECK(expected[1] < 0.99);
  }
}

TEST_CASE("import_weights: the model computes what plain loops over the pickle's axes compute") { check_against_loops(false); }

TEST_CASE("import_weights: with max pooling too") { check_against_loops(true); }

TEST_CASE("import_weights: the model describes itself, and importing again gives the same bytes") {
  const TestFolder folder;
  const std::string weights = folder.write("w.pkl", PickleWriter::weights(made_up_weights()));
  REQUIRE(import_model(weights, folder.file("a.pt")) == "");
  REQUIRE(import_model(weights, folder.file("b.pt")) == "");
  CHECK(bytes_of(folder.file("a.pt")) == bytes_of(folder.file("b.pt")));
  CHECK(folder.entries() == 3);

  torch::jit::ExtraFilesMap extra{{"flowrun.json", ""}};
  torch::jit::load(folder.file("a.pt"), c10::Device(c10::kCPU), extra);
  CHECK(contains(extra["flowrun.json"], "average pooling"));
  NodeRunner stage("cnn.stage", {{"model", folder.file("a.pt")}}, "cpu");
  stage.input("patches", made_up_patches(1, 3, 15));
  CHECK(contains(stage.error_of_run(), "wants patches of 4 channels (FLAIR, PD, T2, T1) and 15 x 15 x 15 voxels"));
}

TEST_CASE("import_weights: takes a network of other channels when they are named") {
  const TestFolder folder;
  const std::string weights = folder.write("w.pkl", PickleWriter::weights(made_up_weights(2)));
  REQUIRE(import_model(weights, folder.file("m.pt"), {{"channels", std::vector<std::string>{"FLAIR", "T1"}}}) == "");
  CHECK(both_classes(folder.file("m.pt"), made_up_patches(3, 2, 15)).values.size() == 6);
}

TEST_CASE("import_weights: every layer that does not fit is named") {
  const TestFolder folder;
  PickleWriter::Layers weights = made_up_weights();
  weights[1].second[0] = random_array({32, 4, 3, 3, 3}, 1, 1);
  weights[3].second.pop_back();
  weights[7].first = "output";
  const std::string text = import_error(folder, PickleWriter::weights(weights));
  CHECK(contains(text, "layer 'conv1_1' has weights of shape 32 x 4 x 3 x 3 x 3 where 32 x 4 x 5 x 5 x 5 is expected"));
  CHECK(contains(text, "layer 'conv2_1' contains 1 arrays where 2 (weights, biases) are expected"));
  CHECK(contains(text, "layer 'out' is missing"));
  CHECK(contains(text, "it has weights for a layer 'output', which the network has not"));
  const std::string channels = import_error(folder, PickleWriter::weights(made_up_weights(3)));
  CHECK(contains(channels, "32 x 3 x 5 x 5 x 5 where 32 x 4 x 5 x 5 x 5 is expected"));
}

TEST_CASE("import_weights: weights that are NaN, and a layer that comes twice, are refused") {
  const TestFolder folder;
  PickleWriter::Layers weights = made_up_weights();
  weights[6].second[1].values[3] = std::numeric_limits<float>::quiet_NaN();
  weights.push_back(weights[1]);
  const std::string text = import_error(folder, PickleWriter::weights(weights));
  CHECK(contains(text, "layer 'l1' has biases that are NaN or infinite"));
  CHECK(contains(text, "it has layer 'conv1_1' twice"));
}

TEST_CASE("import_weights: a missing file, and a model that cannot be written, are errors") {
  const TestFolder folder;
  CHECK(contains(import_model(folder.file("none.pkl"), folder.file("m.pt")), "there is no file '"));
  const std::string weights = folder.write("w.pkl", PickleWriter::weights(made_up_weights()));
  CHECK(contains(import_model(weights, folder.file("w.pkl/m.pt")), "w.pkl"));
  CHECK(bytes_of(weights) == PickleWriter::weights(made_up_weights()));
}

}  // namespace
}  // namespace flowrun::testing
