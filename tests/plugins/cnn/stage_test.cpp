#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "flowrun/testing/node_runner.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

std::string error_with(const std::string& model, const PatchBatch& patches, NodeRunner::Values more = {}) {
  more.emplace_back("model", model);
  NodeRunner runner("cnn.stage", more, "cpu");
  runner.input("patches", patches);
  return runner.error_of_run();
}

Scores scores_with(const std::string& model, const PatchBatch& patches, NodeRunner::Values more = {}, int threads = 1) {
  more.emplace_back("model", model);
  NodeRunner runner("cnn.stage", more, "cpu");
  runner.threads(threads).input("patches", patches);
  runner.run();
  return runner.output<Scores>("scores");
}

float sum_of_patch(const PatchBatch& patches, std::int64_t patch) {
  const auto first = patches.values.begin() + patch * patches.values_per_patch();
  return std::accumulate(first, first + patches.values_per_patch(), 0.0f);
}

TEST_CASE("stage: gives every voxel the score that the network has for its patch") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst);
  const PatchBatch patches = made_up_patches(7, 2, 3);
  const Scores scores = scores_with(model, patches, {{"batch", std::int64_t{3}}, {"output_class", std::int64_t{0}}});
  CHECK(scores.classes == 1);
  CHECK(scores.voxels == patches.voxels);
  CHECK(scores.geometry == patches.geometry);
  REQUIRE(scores.values.size() == 7);
  for (std::int64_t i = 0; i < 7; ++i) CHECK(scores.values[i] == doctest::Approx(sum_of_patch(patches, i)).epsilon(1e-5));
}

TEST_CASE("stage: keeps all classes, class fastest, when output_class is -1") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst);
  const PatchBatch patches = made_up_patches(5, 1, 3);
  const Scores scores = scores_with(model, patches, {{"batch", std::int64_t{2}}, {"output_class", std::int64_t{-1}}});
  CHECK(scores.classes == 2);
  REQUIRE(scores.values.size() == 10);
  for (std::size_t i = 0; i < 5; ++i) CHECK(scores.values[2 * i + 1] == patches.values[i * 27]);
}

TEST_CASE("stage: hands the axes over as z, y, x") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("at.pt"), R"(
def forward(self, x):
    return torch.stack([x[:, 0, 1, 0, 0], x[:, 0, 0, 0, 2]], 1)
)");
  PatchBatch patches = made_up_patches(1, 1, 3);
  patches.values[9] = 10;  // z = 1
  patches.values[2] = 20;  // x = 2
  CHECK(scores_with(model, patches, {{"output_class", std::int64_t{-1}}}).values == std::vector<float>{10, 20});
}

TEST_CASE("stage: applies softmax over the classes or a sigmoid to each") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst);
  PatchBatch patches = made_up_patches(1, 1, 1);
  patches.values = {2};
  const Scores softmax = scores_with(model, patches, {{"activation", std::string("softmax")}});
  CHECK(softmax.values[0] == doctest::Approx(0.5));
  const Scores sigmoid = scores_with(model, patches, {{"activation", std::string("sigmoid")}});
  CHECK(sigmoid.values[0] == doctest::Approx(1 / (1 + std::exp(-2.0))));
}

TEST_CASE("stage: gives the same bits for any number of threads") {
  const TestFolder folder;
  const std::string model = write_small_network(folder.file("net.pt"));
  const PatchBatch patches = made_up_patches(50, 4, 5);
  const Scores one = scores_with(model, patches, {{"output_class", std::int64_t{-1}}}, 1);
  const Scores two = scores_with(model, patches, {{"output_class", std::int64_t{-1}}}, 2);
  const Scores three = scores_with(model, patches, {{"output_class", std::int64_t{-1}}}, 3);
  CHECK(one.values == two.values);
  CHECK(one.values == three.values);
}

TEST_CASE("stage: firings at the same time on one model give what they give alone") {
  const TestFolder folder;
  const std::string model = write_small_network(folder.file("net.pt"));
  const PatchBatch patches = made_up_patches(40, 4, 5);
  const Scores alone = scores_with(model, patches);
  std::vector<std::unique_ptr<NodeRunner>> runners;
  for (int i = 0; i < 4; ++i) {
    runners.push_back(std::make_unique<NodeRunner>("cnn.stage", NodeRunner::Values{{"model", model}}, "cpu"));
    runners.back()->threads(1).input("patches", patches);
    runners.back()->open();
  }
  std::vector<std::thread> threads;
  for (auto& runner : runners) threads.emplace_back([&runner] { runner->run(); });
  for (std::thread& thread : threads) thread.join();
  for (auto& runner : runners) CHECK(runner->output<Scores>("scores").values == alone.values);
}

TEST_CASE("stage: leaves the patches as they are when the network writes to its input") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("writes.pt"), R"(
def forward(self, x):
    x.zero_()
    return torch.flatten(x, 1)
)");
  const auto patches = std::make_shared<const PatchBatch>(made_up_patches(3, 1, 2));
  const std::vector<float> before = patches->values;
  NodeRunner runner("cnn.stage", {{"model", model}}, "cpu");
  runner.input("patches", PayloadPtr(patches));
  runner.run();
  CHECK(patches->values == before);
  CHECK(runner.output<Scores>("scores").values == std::vector<float>(3, 0.0f));
}

TEST_CASE("stage: runs networks whose weights are kept in half or double precision") {
  const TestFolder folder;
  const PatchBatch patches = made_up_patches(6, 4, 5);
  const Scores single = scores_with(write_small_network(folder.file("f.pt")), patches);
  const Scores whole = scores_with(write_small_network(folder.file("d.pt"), at::kDouble), patches);
  const Scores half = scores_with(write_small_network(folder.file("h.pt"), at::kHalf), patches);
  CHECK(whole.values == single.values);
  for (std::size_t i = 0; i < 6; ++i) CHECK(std::abs(half.values[i] - single.values[i]) < 1e-2f);
}

TEST_CASE("stage: an empty chunk gives empty scores of the right number of classes") {
  const TestFolder folder;
  const std::string model = write_small_network(folder.file("net.pt"));
  const Scores one = scores_with(model, made_up_patches(0, 4, 5));
  CHECK(one.values.empty());
  CHECK(one.classes == 1);
  CHECK(scores_with(model, made_up_patches(0, 4, 5), {{"output_class", std::int64_t{-1}}}).classes == 3);
}

TEST_CASE("stage: checks the patches against the model's description before it runs") {
  const TestFolder folder;
  const std::string text =
      R"({"format": 1, "input": {"channels": ["FLAIR", "T1"], "size": [5, 5, 5]}, "output": {"classes": ["a", "b"]}})";
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst, {}, text);
  CHECK(error_with(model, made_up_patches(1, 2, 5)) == "");
  CHECK(error_with(model, made_up_patches(1, 1, 3)) ==
        "the network in '" + model +
            "' wants patches of 2 channels (FLAIR, T1) and 5 x 5 x 5 voxels, but they have 1 channel and " +
            "3 x 3 x 3 voxels; check the images and the size given to the node that cuts the patches");
  CHECK(contains(error_with(model, made_up_patches(1, 2, 5), {{"output_class", std::int64_t{2}}}),
                 "parameter 'output_class' is 2, but the network in '" + model + "' has 2 classes, numbered from 0"));
}

TEST_CASE("stage: a description that cannot be used is named") {
  const TestFolder folder;
  const PatchBatch patches = made_up_patches(1, 1, 2);
  const auto error = [&](const std::string& text) {
    return error_with(write_model(folder.file(std::to_string(folder.entries()) + ".pt"), kSumAndFirst, {}, text), patches);
  };
  CHECK(contains(error("{"), "it is not JSON"));
  CHECK(contains(error("[1]"), "it is not a JSON object"));
  CHECK(contains(error("{}"), "it does not say its 'format'"));
  CHECK(contains(error(R"({"format": 2})"), "it is of format 2, but this version reads format 1"));
  CHECK(contains(error(R"({"format": 1, "input": 3})"), "'input' is not an object"));
  CHECK(contains(error(R"({"format": 1, "input": {"size": [1, 2]}})"), "'size' is not a list of three numbers"));
  CHECK(contains(error(R"({"format": 1, "input": {"size": [1, 2, 0]}})"), "not a whole number above 0"));
  CHECK(contains(error(R"({"format": 1, "output": {"classes": [1]}})"), "'classes' contains something that is not a name"));
  CHECK(contains(error(R"({"format": 1, "output": {"classes": ["a", "b", "c"]}})"), "its description names 3 classes"));
}

TEST_CASE("stage: patches that an undescribed network cannot take are told in one sentence") {
  const TestFolder folder;
  const std::string model = write_small_network(folder.file("net.pt"));
  const std::string channels = error_with(model, made_up_patches(2, 3, 5));
  CHECK(contains(
      channels,
      "(its first convolution wants 4 channels) cannot take patches of 3 channels and 5 x 5 x 5 voxels; LibTorch says: "));
  CHECK(!contains(channels, "\n"));
  CHECK(contains(error_with(model, made_up_patches(2, 4, 9)), "cannot take patches of 4 channels and 9 x 9 x 9 voxels"));
}

TEST_CASE("stage: output that is not one row of scores for each patch is refused") {
  const TestFolder folder;
  const PatchBatch patches = made_up_patches(4, 1, 3);
  const auto error = [&](const std::string& result, NodeRunner::Values more = {}) {
    const std::string file = folder.file(std::to_string(folder.entries()) + ".pt");
    return error_with(write_model(file, "def forward(self, x):\n    return " + result + "\n"), patches, more);
  };
  CHECK(contains(error("x"), "gives a tensor of shape [4, 1, 3, 3, 3] and type Float for 4 patches; 4 rows"));
  CHECK(contains(error("torch.flatten(x, 1)[0:2]"), "gives a tensor of shape [2, 27]"));
  CHECK(contains(error("torch.argmax(torch.flatten(x, 1), 1, True)"), "type Long"));
  CHECK(contains(error("(x, x)"), "gives a Tuple where one tensor of scores is expected"));
  CHECK(contains(error("torch.flatten(x, 1)[:, 0:2]", {{"output_class", std::int64_t{2}}}),
                 "parameter 'output_class' is 2, but the network in"));
}

TEST_CASE("stage: NaN is an error that names the voxel") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst);
  PatchBatch patches = made_up_patches(3, 1, 2);
  patches.voxels = {5, 7, 100 * 100 * 4 + 100 * 3 + 2};
  patches.values[2 * 8 + 3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(contains(error_with(model, patches, {{"output_class", std::int64_t{0}}}),
                 "gives NaN for the patch around voxel (2, 3, 4)"));
}

TEST_CASE("stage: a chunk whose values do not fit its sizes is the fault of who made it") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst);
  PatchBatch patches = made_up_patches(3, 1, 2);
  patches.values.pop_back();
  CHECK(contains(error_with(model, patches), "contains 23 values; the plugin that made it is at fault"));
  patches.size = {0, 2, 2};
  CHECK(contains(error_with(model, patches), "the plugin that made it is at fault"));
}

TEST_CASE("stage: stops between micro-batches when cancelled") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("sum.pt"), kSumAndFirst);
  NodeRunner runner("cnn.stage", {{"model", model}, {"batch", std::int64_t{1}}}, "cpu");
  runner.input("patches", made_up_patches(10, 1, 2)).cancel_after(3);
  runner.error_of_run();
  CHECK_THROWS_AS(runner.output_ptr("scores"), Error);
}

}  // namespace
}  // namespace flowrun::testing
