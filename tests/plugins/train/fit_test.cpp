#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "common/torch/torch_headers.h"
#include "support/needs.h"
#include "toy_training.h"
#include "train/layers.h"

namespace flowrun::testing {
namespace {

/// What the trainer's own layers give for patches in evaluation, with the weights in a model.
at::Tensor trainer_output(const std::string& model, const std::string& text, const PatchBatch& patches) {
  const network::Network network = network::parse_network(text, "net");
  const network::Shapes shapes = network::infer_shapes(network, patches.channels, patches.size, "net");
  auto held = weights_of(model);
  for (const auto& buffer : torch::jit::load(model).named_buffers()) held[buffer.name] = buffer.value;
  std::vector<at::Tensor> tensors;
  for (const network::Parameter& parameter : network::parameters(network, shapes)) tensors.push_back(held.at(parameter.name));
  std::vector<float> values = patches.values;
  const auto [width, height, depth] = patches.size;
  const at::Tensor input = torch::from_blob(values.data(), {patches.count(), patches.channels, depth, height, width}).clone();
  train::Pass pass;
  return train::logits(network, input, tensors, pass).detach();
}

TEST_CASE("train.fit: learns the toy lesions, and cnn.stage runs the model") {
  const TestFolder folder;
  Training training(folder, "m",
                    {{"epochs", std::int64_t{25}}, {"curve", folder.file("c.csv")}, {"picture", folder.file("c.png")}}, 5);
  REQUIRE(training.error() == "");
  const auto& reports = training.runner->reports();
  CHECK(reports.at("best_validation_dice") > 0.8);
  CHECK(reports.at("validation_cases") == 1);
  CHECK(reports.at("training_samples") + reports.at("validation_samples") > 400);
  CHECK(training.runner->warnings().empty());
  CHECK(bytes_of(folder.file("c.csv"))
            .rfind("epoch,training_loss,validation_loss,validation_dice,validation_accuracy,seconds\n1,", 0) == 0);
  CHECK(bytes_of(folder.file("c.png")).substr(1, 3) == "PNG");

  NodeRunner stage("cnn.stage", {{"model", training.model}}, "cpu");
  PatchBatch patches;
  patches.geometry = small_grid(4, 1, 1);
  patches.voxels = {0, 1};
  patches.channels = 2;
  patches.size = {5, 5, 5};
  patches.values.assign(500, 0.0f);
  patches.values[62] = 3;  // the middle of the first patch's first channel
  stage.input("patches", patches);
  stage.run();
  const auto& scores = stage.output<Scores>("scores").values;
  CHECK(scores[0] > 0.7f);
  CHECK(scores[1] < 0.3f);
}

TEST_CASE("train.fit: the weights are the same bit by bit for any number of threads") {
  const TestFolder folder;
  const std::string one = bytes_of(trained(folder, "a"));
  CHECK(one == bytes_of(trained(folder, "b", {}, 2)));
  CHECK(one == bytes_of(trained(folder, "c", {}, 5)));
  CHECK(one != bytes_of(trained(folder, "d", {{"seed", std::int64_t{2}}})));
}

TEST_CASE("train.fit: micro-batches of another size give the same weights but for rounding, dropout included") {
  const TestFolder folder;
  const std::string whole = trained(folder, "a", {{"micro_batch", std::int64_t{48}}});
  CHECK(difference(whole, trained(folder, "b", {{"micro_batch", std::int64_t{7}}})) < 1e-4);
  CHECK(difference(whole, trained(folder, "c", {{"seed", std::int64_t{2}}})) > 1e-2);
}

TEST_CASE("train.fit: an interrupted training goes on to the same bits, wherever it was cut") {
  const TestFolder folder;
  const std::string straight = trained(folder, "straight", {{"epochs", std::int64_t{3}}});
  for (const int looks : {2, 9, 23}) {
    const std::string checkpoint = folder.file("k").append(std::to_string(looks));
    const Values params{{"epochs", std::int64_t{3}}, {"checkpoint", checkpoint}};
    Training cut(folder, "cut" + std::to_string(looks), params);
    cut.runner->cancel_after(looks);
    cut.error();
    CHECK_FALSE(std::filesystem::exists(cut.model));
    REQUIRE(std::filesystem::exists(checkpoint));
    CHECK(bytes_of(trained(folder, "on" + std::to_string(looks), params)) == bytes_of(straight));
  }
}

TEST_CASE("train.fit: more epochs go on from a finished training") {
  const TestFolder folder;
  const std::string six = trained(folder, "six", {{"epochs", std::int64_t{6}}});
  trained(folder, "three", {{"epochs", std::int64_t{3}}, {"checkpoint", folder.file("k")}});
  CHECK(difference(trained(folder, "more", {{"epochs", std::int64_t{6}}, {"checkpoint", folder.file("k")}}), six) == 0);
}

TEST_CASE("train.fit: a checkpoint of other settings or samples is put aside with a warning, a damaged one is refused and kept") {
  const TestFolder folder;
  const std::string checkpoint = folder.file("k");
  trained(folder, "a", {{"checkpoint", checkpoint}});
  const std::string before = bytes_of(checkpoint);
  const std::string fresh = trained(folder, "fresh", {{"learning_rate", 0.02}});
  Training other(folder, "b", {{"checkpoint", checkpoint}, {"learning_rate", 0.02}});
  CHECK(other.error() == "");
  REQUIRE_FALSE(other.runner->warnings().empty());
  CHECK(
      contains(other.runner->warnings().back(),
               "the checkpoint '" + checkpoint +
                   "' belongs to other settings, another network, other samples or another build of this plugin, so the training "
                   "starts from the beginning; the old one is kept as '" +
                   checkpoint + ".old'"));
  CHECK(bytes_of(checkpoint + ".old") == before);
  CHECK(difference(folder.file("b.pt"), fresh) == 0);  // nothing of the old one is in it
  Training samples(folder, "c", {{"checkpoint", checkpoint}}, 2);
  CHECK(samples.error() == "");
  CHECK(contains(samples.runner->warnings().back(), "so the training starts from the beginning"));
  CHECK(Training(folder, "b", {{"checkpoint", checkpoint}, {"learning_rate", 0.02}, {"resume", false}}).error() == "");
  std::string damaged = before;
  damaged[damaged.size() / 2] ^= 1;
  folder.write("k", damaged);
  CHECK(contains(Training(folder, "b", {{"checkpoint", checkpoint}}).error(),
                 "is damaged or cut short; remove it to train from the beginning"));
  folder.write("k", before.substr(0, 30));
  CHECK(contains(Training(folder, "b", {{"checkpoint", checkpoint}}).error(), "is damaged or cut short"));
}

TEST_CASE("train.fit: a checkpoint that cannot be written is a warning, and the training goes on") {
  const TestFolder folder;
  folder.write("file", "x");
  Training training(folder, "m", {{"checkpoint", folder.file("file/k")}}, 4);
  CHECK(training.error() == "");
  REQUIRE_FALSE(training.runner->warnings().empty());
  CHECK(contains(training.runner->warnings()[0], "no checkpoint could be written: "));
}

TEST_CASE("train.fit: a curve that cannot be written is one warning, and the training goes on") {
  const TestFolder folder;
  folder.write("file", "x");
  Training training(folder, "m", {{"curve", folder.file("file/c.csv")}, {"picture", folder.file("c.png")}}, 4);
  CHECK(training.error() == "");
  REQUIRE(training.runner->warnings().size() == 1);
  CHECK(contains(training.runner->warnings()[0], "the learning curve could not be written: "));
  CHECK_FALSE(bytes_of(training.model).empty());
}

TEST_CASE("train.fit: a model that cannot be written is told before the training") {
  const TestFolder folder;
  folder.write("file", "x");
  Training training(folder, "file/m", {{"checkpoint", folder.file("k")}});
  CHECK(contains(training.error(), "cannot make the folder '" + folder.file("file") + "'"));
  CHECK_FALSE(std::filesystem::exists(folder.file("k")));
}

TEST_CASE("train.fit: a disk that is full at the end keeps the older model, and the checkpoint has what was trained") {
  const TestFolder folder;
  const std::string checkpoint = folder.file("k"), full = trained(folder, "before");
  const std::string before = bytes_of(full);
  {
    const FileSizeLimit only(4096);  // the model does not fit, an empty file does
    const std::string error = Training(folder, "before", {{"checkpoint", checkpoint}}).error();
    CHECK(contains(error, "cannot write '" + full + "': File too large"));
    CHECK_FALSE(contains(error, "checkpoint"));  // it did not fit either
  }
  CHECK(bytes_of(full) == before);
  CHECK(folder.names() == std::vector<std::string>{"before.pt", "network.json"});
}

TEST_CASE("train.fit: with a checkpoint of a whole training, a model that does not fit is written by the same command later" *
          doctest::test_suite("needs mounts")) {
  const TestFolder folder;
  const Values values = {{"checkpoint", folder.file("k")}};
  trained(folder, "m", values);
  const std::string before = bytes_of(folder.file("m.pt"));
  std::filesystem::remove(folder.file("m.pt"));
  {
    const SmallDisk disk(folder.file("full"), 8192);
    if (!disk.is_there())
      return flowrun::testing::could_not_run("the small disk cannot be mounted; only root may, and not in every container");
    const std::string error = Training(folder, "full/m", values).error();
    INFO(error);
    CHECK(contains(error, "No space left on device"));
    CHECK(contains(error, "what was trained is in the checkpoint '" + folder.file("k") + "'"));
    CHECK(std::filesystem::is_empty(folder.file("full")));
  }
  trained(folder, "m", values);
  CHECK(bytes_of(folder.file("m.pt")) == before);
}

TEST_CASE("train.fit: a loss that is no number stops it with the step, the rate and the checkpoint") {
  const TestFolder folder;
  Training training(folder, "m");
  ToyCase broken(9);
  broken.bright.voxels.assign(broken.bright.voxels.size(), std::numeric_limits<float>::quiet_NaN());
  training.runner->input("samples", sampled(broken, "broken"));
  const std::string error = training.error();
  CHECK(contains(error,
                 "the loss is not a number any more at step 1 (epoch 1), with the learning rate 0.01; lower 'learning_rate', or "
                 "look for NaN in the images; no checkpoint had been written yet"));
}

TEST_CASE("train.fit: starts from a model, and frozen layers keep their weights") {
  const TestFolder folder;
  const std::string first = trained(folder, "first");
  Training tuning(folder, "tuned", {{"start", first}, {"network", std::string()}, {"freeze", std::vector<std::string>{"0"}}});
  REQUIRE(tuning.error() == "");
  const auto before = weights_of(first), after = weights_of(tuning.model);
  CHECK(at::equal(before.at("0.weight"), after.at("0.weight")));
  CHECK(at::equal(before.at("0.bias"), after.at("0.bias")));
  CHECK_FALSE(at::equal(before.at("7.weight"), after.at("7.weight")));
  CHECK(contains(
      Training(folder, "x", {{"freeze", std::vector<std::string>{"conv9"}}}).error(),
      "parameter 'freeze' names 'conv9', but no parameter of the network begins so; they are 0.weight, 0.bias, 5.weight"));
}

TEST_CASE("train.fit: a model of another shape, or that is none, cannot be started from") {
  const TestFolder folder;
  const std::string first = trained(folder, "first");
  std::string other = kToyNetwork;
  other.replace(other.find("\"units\": 8"), 10, "\"units\": 9");
  CHECK(contains(Training(folder, "x", {{"start", first}}, 3, other.c_str()).error(),
                 "the model '" + first +
                     "' does not fit the network that is to be trained: '5.weight' is 8 x 48 where 9 x 48 is expected; "
                     "'5.bias' is 8 where 9 is expected"));
  const std::string text = folder.write("text.pt", "no model");
  CHECK(contains(Training(folder, "x", {{"start", text}}).error(), "is a text, not a TorchScript model"));
  CHECK(
      contains(Training(folder, "x", {{"network", std::string()}}).error(), "neither parameter 'network' nor 'start' is given"));
}

TEST_CASE("train.fit: a class without a sample, and a training that teaches nothing, are warnings") {
  const TestFolder folder;
  const std::vector<std::string> classes{"not lesion", "lesion", "other"};
  Training training(folder, "m", {{"classes", classes}, {"learning_rate", 0.0}, {"epochs", std::int64_t{1}}}, 3,
                    R"({"layers": [{"type": "flatten"}, {"type": "dense", "units": 3}]})");
  REQUIRE(training.error() == "");
  const auto warned = [&](const std::string& part) {
    const auto& warnings = training.runner->warnings();
    return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& one) { return contains(one, part); });
  };
  CHECK(warned("no case has a sample of class 'other'"));
  CHECK(warned("'learning_rate' is 0, so no weight moves"));
  Training wild(folder, "w", {{"learning_rate", 10.0}, {"initialisation", std::string("normal")}, {"initial_sd", 10.0}});
  REQUIRE(wild.error() == "");
  const auto& warnings = wild.runner->warnings();
  CHECK(std::any_of(warnings.begin(), warnings.end(),
                    [](const std::string& one) { return contains(one, "it has learned nothing"); }));
}

TEST_CASE("train.fit: a network that does not fit the samples is told with the layer and the shapes") {
  const TestFolder folder;
  const auto error = [&](const std::string& layers) {
    return Training(folder, "x", {}, 1, ("{\"layers\": [" + layers + "]}").c_str()).error();
  };
  CHECK(contains(error(R"({"type": "pool", "kind": "max", "window": 9})"),
                 "the network that is to be trained, layer 1 (max pool), gets 2 channels of 5 x 5 x 5 voxels: a window of 9 x 9 "
                 "x 9 is larger"));
  CHECK(contains(error(R"({"type": "flatten"}, {"type": "dense", "units": 3})"),
                 "gives 3 scores, but parameter 'classes' has 2 names"));
  CHECK(contains(error(R"({"type": "relu"})"),
                 "gives 2 channels of 5 x 5 x 5 voxels for a patch; a row of two scores or more is expected"));
  CHECK(contains(error("7"), "layer 1 is number where an object is expected"));
}

TEST_CASE("train.fit: cases that are missing, and no samples at all, are errors; few cases are split by voxel, which is said") {
  const TestFolder folder;
  CHECK(contains(Training(folder, "x", {}, 0).error(), "no case has samples to train on"));
  CHECK(contains(Training(folder, "x", {{"least_cases", std::int64_t{4}}}).error(),
                 "only 3 cases have samples, but 'least_cases' asks for 4"));
  Training voxels(folder, "v");
  REQUIRE(voxels.error() == "");
  CHECK(voxels.runner->reports().at("validation_cases") == 0);
  REQUIRE(voxels.runner->warnings().size() == 1);
  CHECK(contains(voxels.runner->warnings()[0], "so the validation figures are too good"));
  CHECK(contains(Training(folder, "x", {{"split", std::string("case")}}, 1).error(), "there is only one case with samples"));
}

TEST_CASE("train.fit: branches, batch_norm, prelu and pooling train, and the model computes what the trainer does") {
  const TestFolder folder;
  const char* const network = R"({"name": "branches", "branches": [
    {"size": 3, "layers": [{"type": "convolution", "channels": 4, "kernel": 3}, {"type": "leaky_relu"}, {"type": "flatten"}]},
    {"channels": [1, 0], "layers": [{"type": "convolution", "channels": 3, "kernel": 3, "stride": 2, "bias": false, "weight": "a.b.kernels"},
      {"type": "batch_norm"}, {"type": "prelu"}, {"type": "pool", "kind": "max", "window": 2},
      {"type": "prelu", "per": "position", "weight": "slopes"}, {"type": "flatten"}]}],
    "layers": [{"type": "dense", "units": 2}]})";
  Training training(folder, "m", {{"epochs", std::int64_t{30}}}, 4, network);
  REQUIRE(training.error() == "");
  CHECK(training.runner->reports().at("best_validation_dice") > 0.6);
  const PayloadPtr payload = sampled(ToyCase(1), "case0", {{"most_positives", std::int64_t{2}}});
  const auto& samples = static_cast<const train::Samples&>(*payload);
  NodeRunner stage("cnn.stage", {{"model", training.model}, {"output_class", std::int64_t{-1}}}, "cpu");
  PatchBatch patches;
  patches.geometry = samples.geometry;
  patches.voxels = samples.voxels;
  patches.channels = 2;
  patches.size = samples.sizes.front();
  patches.values = samples.values;
  stage.input("patches", patches);
  stage.run();
  const std::vector<float>& scores = stage.output<Scores>("scores").values;
  const at::Tensor expected = trainer_output(training.model, network, patches);
  CHECK(at::allclose(at::tensor(scores).reshape(expected.sizes()), expected, 1e-4, 1e-5));
}

}  // namespace
}  // namespace flowrun::testing
