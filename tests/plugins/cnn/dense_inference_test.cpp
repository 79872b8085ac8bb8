// cnn.dense_inference against cnn.stage: the same models, images and voxels.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "flowrun/testing/node_runner.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

const char* const kLayers = R"([
  {"type": "convolution", "channels": 8, "kernel": 3, "padding": 1, "weight": "w1", "bias": "b1"}, {"type": "relu"},
  {"type": "pool", "kind": "POOL", "window": 2},
  {"type": "convolution", "channels": 12, "kernel": 3, "padding": 1, "weight": "w2", "bias": false}, {"type": "relu"},
  {"type": "pool", "kind": "POOL", "window": 2}, {"type": "dropout", "rate": 0.5},
  {"type": "flatten"}, {"type": "dense", "units": 3, "weight": "w3", "bias": "b3"}])";

const char* const kForward = R"(
def forward(self, x):
    x = torch.relu(torch.conv3d(x, self.w1, self.b1, [1, 1, 1], [1, 1, 1]))
    x = torch.POOL_pool3d(x, [2, 2, 2], [2, 2, 2])
    x = torch.relu(torch.conv3d(x, self.w2, None, [1, 1, 1], [1, 1, 1]))
    x = torch.POOL_pool3d(x, [2, 2, 2], [2, 2, 2])
    return torch.linear(torch.flatten(x, 1), self.w3, self.b3)
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string description_with(const std::string& layers) {
  return R"({"format": 1, "network": {"name": "small", "layers": )" + layers +
         R"(}, "input": {"channels": ["a", "b"], "size": [9, 9, 9]}, "output": {"classes": ["x", "y", "z"]}})";
}

NamedTensors small_weights() {
  const auto made_up = [](at::IntArrayRef shape, double step, double size) {
    return (at::sin(at::arange(c10::multiply_integers(shape), at::kDouble) * step) * size).reshape(shape).to(at::kFloat);
  };
  return {{"w1", made_up({8, 2, 3, 3, 3}, 0.7, 0.3)},
          {"b1", made_up({8}, 1.3, 0.1)},
          {"w2", made_up({12, 8, 3, 3, 3}, 0.37, 0.2)},
          {"w3", made_up({3, 96}, 0.9, 0.4)},
          {"b3", made_up({3}, 2.1, 0.1)}};
}

/// A shareable network of two channels and patches of 9 x 9 x 9.
std::string shareable_model(const std::string& path, bool maximum = false, const std::string& description = "") {
  const std::string layers = replaced(kLayers, "POOL", maximum ? "max" : "average");
  return write_model(path, replaced(kForward, "POOL", maximum ? "max" : "avg"), small_weights(),
                     description.empty() ? description_with(layers) : description);
}

Volume made_up_volume(unsigned seed) {
  Volume volume;
  volume.geometry.size = {21, 18, 20};
  volume.source = std::string("image ").append(std::to_string(seed));
  std::mt19937 random(seed);
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i)
    volume.voxels.push_back(static_cast<float>(random() % 4001) / 1000.0f - 2.0f);
  return volume;
}

VoxelList every_nth(std::int64_t step) {
  VoxelList list;
  list.geometry = made_up_volume(1).geometry;
  for (std::int64_t v = 0; v < list.geometry.voxel_count(); v += step) list.voxels.push_back(v);
  return list;
}

NodeRunner dense_runner(const std::string& model, const VoxelList& list, NodeRunner::Values more = {}) {
  more.emplace_back("model", model);
  NodeRunner runner("cnn.dense_inference", more, "cpu");
  runner.input("volumes", made_up_volume(1)).input("volumes", made_up_volume(2)).input("voxels", list);
  return runner;
}

std::string error_of(const std::string& model, const VoxelList& list, NodeRunner::Values more = {}) {
  try {
    return dense_runner(model, list, std::move(more)).error_of_run();
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<float> stage_scores(const std::string& model, const VoxelList& list, NodeRunner::Values more = {}) {
  NodeRunner extract("patches.extract", {{"size", std::vector<std::int64_t>{9, 9, 9}}, {"chunk", std::int64_t{10000}}});
  extract.input("volumes", made_up_volume(1)).input("volumes", made_up_volume(2)).input("voxels", list);
  extract.run();
  more.emplace_back("model", model);
  NodeRunner stage("cnn.stage", more, "cpu");
  stage.input("patches", extract.items("patches").at(0)).run();
  return stage.output<Scores>("scores").values;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

TEST_CASE("dense inference: gives what cnn.stage gives, shared or patch by patch, for every class and activation") {
  const TestFolder folder;
  for (const bool maximum : {false, true}) {
    const std::string model = shareable_model(folder.file(maximum ? "max.pt" : "avg.pt"), maximum);
    for (const VoxelList& list : {every_nth(1), every_nth(97)}) {
      for (const char* activation : {"none", "softmax", "sigmoid"}) {
        for (const std::int64_t output : {0, 2}) {
          const NodeRunner::Values same{{"activation", std::string(activation)}, {"output_class", output}};
          const std::vector<float> wanted = stage_scores(model, list, same);
          for (const char* strategy : {"dense", "patch"}) {
            NodeRunner::Values values = same;
            values.emplace_back("strategy", std::string(strategy));
            NodeRunner runner = dense_runner(model, list, values);
            runner.run();
            CHECK(largest_difference(runner.output<Scores>("scores").values, wanted) < 2e-5);
            // Scores that are no probabilities are a warning; that the network cannot be shared would be another.
            const auto [low, high] = std::minmax_element(wanted.begin(), wanted.end());
            CHECK(runner.warnings().size() == (*low < -0.01f || *high > 1.01f ? 1 : 0));
            CHECK(runner.reports().at("voxels") == static_cast<double>(list.voxels.size()));
          }
        }
      }
    }
  }
}

TEST_CASE("dense inference: the map holds the scores at the list's voxels and the background elsewhere") {
  const TestFolder folder;
  const VoxelList list = every_nth(50);
  NodeRunner runner = dense_runner(shareable_model(folder.file("m.pt")), list, {{"background", -3.0}});
  runner.run();
  const Volume& map = runner.output<Volume>("map");
  const Scores& scores = runner.output<Scores>("scores");
  CHECK(map.geometry == list.geometry);
  CHECK(scores.voxels == list.voxels);
  CHECK(std::count(map.voxels.begin(), map.voxels.end(), -3.0f) ==
        map.geometry.voxel_count() - static_cast<std::int64_t>(list.voxels.size()));
  for (std::size_t i = 0; i < list.voxels.size(); ++i)
    CHECK(map.voxels[static_cast<std::size_t>(list.voxels[i])] == scores.values[i]);
}

TEST_CASE("dense inference: the same bit by bit for any number of threads and any bound of memory") {
  const TestFolder folder;
  const std::string model = shareable_model(folder.file("m.pt"));
  std::vector<float> first;
  for (const int threads : {1, 2, 5}) {
    for (const double memory : {16.0, 1024.0}) {
      NodeRunner runner = dense_runner(model, every_nth(3), {{"memory", memory}});
      runner.threads(threads).run();
      const std::vector<float>& values = runner.output<Scores>("scores").values;
      if (first.empty()) first = values;
      CHECK(values == first);
      CHECK(runner.progress().back() == doctest::Approx(1.0).epsilon(0.01));
    }
  }
}

TEST_CASE("dense inference: an empty list gives a map of background") {
  const TestFolder folder;
  VoxelList list = every_nth(1);
  list.voxels.clear();
  for (const char* strategy : {"dense", "patch"}) {
    NodeRunner runner = dense_runner(shareable_model(folder.file("m.pt")), list, {{"strategy", std::string(strategy)}});
    runner.run();
    const Volume& map = runner.output<Volume>("map");
    CHECK(std::all_of(map.voxels.begin(), map.voxels.end(), [](float v) { return v == 0; }));
    CHECK(runner.output<Scores>("scores").voxels.empty());
  }
}

TEST_CASE("dense inference: a network that cannot be shared is run patch by patch, and a warning says why once") {
  const TestFolder folder;
  const VoxelList list = every_nth(200);
  const std::string text = replaced(kLayers, "POOL", "average");
  struct Case {
    const char* name;
    std::string description, reason;
  };
  const std::vector<Case> cases{
      {"words.pt", R"({"format": 1, "network": "words", "input": {"channels": ["a", "b"], "size": [9, 9, 9]}})",
       "its description does not say its layers"},
      {"prelu.pt",
       description_with(
           replaced(text, R"("bias": "b1"}, {"type": "relu"})", R"("bias": "b1"}, {"type": "prelu", "weight": "p1"})")),
       "its layer 2 is prelu, and only relu and leaky_relu with a slope from 0 to 1 are"},
      {"name.pt", description_with(replaced(text, "\"w2\"", "\"w9\"")),
       "its description names a parameter 'w9' that it does not have"},
      {"wrong.pt", description_with(replaced(text, "average", "max")), "it does not compute what its description says"}};
  for (const Case& wrong : cases) {
    CAPTURE(wrong.name);
    const std::string model = shareable_model(folder.file(wrong.name), false, wrong.description);
    const std::string sentence =
        "the network in '" + model + "' cannot share the arithmetic of overlapping patches: " + wrong.reason;
    NodeRunner runner = dense_runner(model, list);
    runner.run();
    REQUIRE(runner.warnings().size() == 2);
    CHECK(runner.warnings()[0] == sentence + "; it is run patch by patch");
    CHECK(contains(runner.warnings()[1], "so they are no probabilities"));  // from -0.006 on
    CHECK(runner.output<Scores>("scores").values == stage_scores(model, list));
    CHECK(error_of(model, list, {{"strategy", std::string("dense")}}) ==
          sentence + "; set the parameter 'strategy' to auto or patch to run it patch by patch");
  }
}

TEST_CASE("dense inference: a network that mixes the patches of a batch is refused by each strategy") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("mixes.pt"), replaced(replaced(kForward, "POOL", "avg"), "return torch.linear(torch.flatten(x, 1), self.w3, self.b3)",
                                        "return torch.softmax(torch.linear(torch.flatten(x, 1), self.w3, self.b3), 0)"),
                                        small_weights(), description_with(replaced(kLayers, "POOL", "average")));
  for (const char* strategy : {"auto", "patch", "dense"})
    CHECK_MESSAGE(contains(error_of(model, every_nth(3), {{"strategy", std::string(strategy)}}), "depends on the other patches of its batch"), strategy);
}

TEST_CASE("dense inference: what does not fit is an error that says so") {
  const TestFolder folder;
  const std::string model = shareable_model(folder.file("m.pt"));
  const VoxelList list = every_nth(100);
  CHECK(error_of(folder.file("none.pt"), list) == "there is no model file '" + folder.file("none.pt") + "'");
  CHECK(error_of(model, list, {{"output_class", std::int64_t{3}}}) ==
        "parameter 'output_class' is 3, but the network in '" + model + "' has 3 classes, numbered from 0");

  NodeRunner one_channel("cnn.dense_inference", {{"model", model}}, "cpu");
  one_channel.input("volumes", made_up_volume(1)).input("voxels", list);
  CHECK(one_channel.error_of_run().find("wants patches of 2 channels (a, b)") != std::string::npos);

  VoxelList outside = list;
  outside.voxels.push_back(outside.geometry.voxel_count());
  CHECK(error_of(model, outside).find("its grid has voxels 0 to") != std::string::npos);
  VoxelList twice = list;
  twice.voxels.insert(twice.voxels.begin(), twice.voxels.front());
  CHECK(error_of(model, twice).find("twice or out of order") != std::string::npos);

  const std::string nameless = write_model(folder.file("nameless.pt"), replaced(kForward, "POOL", "avg"), small_weights());
  CHECK(error_of(nameless, list).find("does not say the size of a patch") != std::string::npos);
}

TEST_CASE("dense inference: a NaN in the images is named by the voxel around which it shows") {
  const TestFolder folder;
  for (const bool maximum : {false, true}) {
    const std::string model = shareable_model(folder.file("m.pt"), maximum);
    Volume bad = made_up_volume(2);
    bad.voxels[static_cast<std::size_t>(bad.geometry.index_of(10, 9, 8))] = NAN;
    NodeRunner runner("cnn.dense_inference", {{"model", model}, {"strategy", std::string("dense")}}, "cpu");
    VoxelList list = every_nth(1);
    list.voxels = {list.geometry.index_of(1, 1, 1), list.geometry.index_of(11, 9, 8)};
    runner.input("volumes", made_up_volume(1)).input("volumes", bad).input("voxels", list);
    CHECK(runner.error_of_run() == "the network in '" + model +
                                       "' gives NaN for the patch around voxel (11, 9, 8); look for NaN in the " +
                                       "images or in the network's weights");
  }
}

TEST_CASE("dense inference: cancelled, it returns early and hands nothing over") {
  const TestFolder folder;
  for (const char* strategy : {"dense", "patch"}) {
    NodeRunner runner = dense_runner(shareable_model(folder.file("m.pt")), every_nth(1), {{"strategy", std::string(strategy)}});
    runner.cancel_after(3);
    try {
      runner.run();
    } catch (const Error&) {  // the runner says that an output is missing
    }
    CHECK_THROWS_AS(runner.output_ptr("map"), Error);
  }
}

}  // namespace
}  // namespace flowrun::testing
