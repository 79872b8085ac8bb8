#include <cmath>
#include <cstdio>
#include <fstream>

#include "toy_training.h"

namespace flowrun::testing {
namespace {

const char* const kToyUNet = R"({"name": "toy U-Net", "layers": [
  {"type": "convolution", "channels": 4, "kernel": 3, "padding": 1}, {"type": "batch_norm"}, {"type": "relu", "name": "fine"},
  {"type": "pool", "kind": "max", "window": 2}, {"type": "convolution", "channels": 6, "kernel": 3, "padding": 1}, {"type": "relu"},
  {"type": "transposed_convolution", "channels": 4, "kernel": 2, "stride": 2}, {"type": "join", "with": "fine"},
  {"type": "convolution", "channels": 4, "kernel": 3, "padding": 1}, {"type": "relu"},
  {"type": "convolution", "channels": 2, "kernel": 1}, {"type": "softmax"}]})";

/// A cube of brightness 3 in noise: what is to be found.
struct Cubes {
  explicit Cubes(unsigned seed, Geometry geometry = small_grid(14, 12, 10)) : image(random_volume(geometry, seed)) {
    lesions = image_like<Mask>(image);
    const auto at = [&](unsigned axis) { return static_cast<std::int64_t>((seed * (7 + 4 * axis)) % 6) + 1; };
    for (std::int64_t z = at(2); z < at(2) + 3; ++z)
      for (std::int64_t y = at(1); y < at(1) + 4; ++y)
        for (std::int64_t x = at(0); x < at(0) + 4; ++x) lesions.voxels[static_cast<std::size_t>(geometry.index_of(x, y, z))] = 1;
    for (std::size_t i = 0; i < image.voxels.size(); ++i)
      if (lesions.voxels[i]) image.voxels[i] += 2;
  }
  Volume image;
  Mask lesions;
};

PayloadPtr images_of(const Cubes& one, const std::string& name) {
  NodeRunner runner("train.images", {});
  runner.case_name(name).input("volumes", one.image).input("lesions", one.lesions);
  runner.run();
  return runner.output_ptr("images");
}

struct VolumeTraining {
  VolumeTraining(const TestFolder& folder, const std::string& name, Values more = {}, int cases = 5,
                 const std::string& network = kToyUNet)
      : model(folder.file(name + ".pt")) {
    const auto add = [&](const std::string& key, ParamValue value) {
      for (const auto& [known, ignored] : more)
        if (known == key) return;
      more.emplace_back(key, std::move(value));
    };
    add("channels", std::vector<std::string>{"image"});
    add("crop", std::vector<std::int64_t>{8, 8, 8});
    add("crops", std::int64_t{4});
    add("epochs", std::int64_t{3});
    add("learning_rate", 0.02);
    add("batch", std::int64_t{4});
    add("micro_batch", std::int64_t{2});
    Values fixed;
    for (auto& [key, value] : more)
      if (!is_path(key)) fixed.emplace_back(key, value);
    runner = std::make_unique<NodeRunner>("train.fit_volumes", fixed, "cpu");
    runner->set("model", model).set("network", folder.write("network.json", network));
    for (auto& [key, value] : more)
      if (is_path(key)) runner->set(key, value);
    for (int i = 0; i < cases; ++i)
      runner->input("images", images_of(Cubes(static_cast<unsigned>(i + 1)), "case" + std::to_string(i)));
  }
  std::string error() { return runner->error_of_run(); }
  std::string model;
  std::unique_ptr<NodeRunner> runner;
};

std::string volume_trained(const TestFolder& folder, const std::string& name, const Values& more = {}, int threads = 1) {
  VolumeTraining training(folder, name, more);
  training.runner->threads(threads);
  REQUIRE(training.error() == "");
  return training.model;
}

double dice(const Volume& map, const Mask& truth) {
  double both = 0, all = 0;
  for (std::size_t i = 0; i < map.voxels.size(); ++i) {
    const bool found = map.voxels[i] > 0.5f, is = truth.voxels[i] != 0;
    both += found && is;
    all += found + is;
  }
  return 2 * both / all;
}

TEST_CASE("train.fit_volumes: a U-Net learns bright cubes, and cnn.volume finds those of an image that it never saw") {
  const TestFolder folder;
  VolumeTraining training(folder, "m",
                          {{"epochs", std::int64_t{40}},
                           {"flips", std::vector<std::string>{"x", "y", "z"}},
                           {"noise", 0.05},
                           {"zoom", 1.1},
                           {"log", folder.file("log")},
                           {"curve", folder.file("c.csv")}});
  REQUIRE(training.error() == "");
  const auto& reports = training.runner->reports();
  CHECK(training.runner->warnings().empty());
  CHECK(reports.at("validation_cases") == 1);
  CHECK(reports.at("training_samples") == 16);
  CHECK(reports.at("validation_samples") == 8);  // tiles of 8 over 14 x 12 x 10
  CHECK(reports.at("best_validation_dice") > 0.9);
  CHECK(bytes_of(folder.file("log"))
            .rfind("training on 16 crops, validated on 8 tiles of 1 case; 4 steps of 4 crops are an epoch\n", 0) == 0);

  const Cubes unseen(77, small_grid(14, 12, 10));
  NodeRunner volume("cnn.volume", {{"model", training.model}, {"multiple", std::int64_t{2}}}, "cpu");
  volume.input("volumes", unseen.image);
  volume.run();
  CHECK(dice(volume.output<Volume>("map"), unseen.lesions) > 0.9);
}

TEST_CASE("train.fit_volumes: the weights are the same bit by bit for any number of threads, and another seed's are others") {
  const TestFolder folder;
  const Values changed{
      {"flips", std::vector<std::string>{"x"}}, {"zoom", 1.3}, {"noise", 0.1}, {"thick_slices", std::int64_t{2}}};
  const std::string one = bytes_of(volume_trained(folder, "a", changed));
  CHECK(one == bytes_of(volume_trained(folder, "b", changed, 2)));
  CHECK(one == bytes_of(volume_trained(folder, "c", changed, 5)));
  Values other = changed;
  other.emplace_back("seed", std::int64_t{2});
  CHECK(one != bytes_of(volume_trained(folder, "d", other)));
}

TEST_CASE("train.fit_volumes: an interrupted training continues to the same bits, with Adam and with AdaDelta") {
  const TestFolder folder;
  for (const std::string optimiser : {"adam", "adadelta"}) {
    const std::string straight = volume_trained(folder, "straight" + optimiser, {{"optimiser", optimiser}});
    const std::string checkpoint = folder.file("k" + optimiser);
    const Values params{{"optimiser", optimiser}, {"checkpoint", checkpoint}};
    VolumeTraining cut(folder, "cut" + optimiser, params);
    cut.runner->cancel_after(7);
    cut.error();
    REQUIRE(std::filesystem::exists(checkpoint));
    CHECK(bytes_of(volume_trained(folder, "on" + optimiser, params)) == bytes_of(straight));
  }
}

TEST_CASE("train.fit_volumes: crops as large as the images are whole images, wherever they are drawn") {
  const TestFolder folder;
  const auto trained_with = [&](const std::string& name, std::vector<std::int64_t> crop, double share) {
    return bytes_of(volume_trained(folder, name, {{"crop", crop}, {"crops", std::int64_t{1}}, {"labelled_share", share}}));
  };
  CHECK(trained_with("a", {14, 12, 10}, 0) == trained_with("b", {14, 12, 10}, 1));
  CHECK(trained_with("c", {16, 12, 14}, 0) == trained_with("d", {16, 12, 14}, 1));
  CHECK(trained_with("e", {8, 12, 10}, 0) != trained_with("f", {8, 12, 10}, 1));
}

TEST_CASE("train.fit_volumes: the same command after the end writes the log and the curve again where they are missing") {
  const TestFolder folder;
  const auto run = [&] {
    VolumeTraining training(folder, "m",
                            {{"checkpoint", folder.file("c")},
                             {"log", folder.file("log")},
                             {"curve", folder.file("curve.csv")},
                             {"picture", folder.file("curve.png")}});
    REQUIRE(training.error() == "");
  };
  run();
  const std::string curve = bytes_of(folder.file("curve.csv"));
  for (const char* name : {"log", "curve.csv", "curve.png"}) std::filesystem::remove(folder.file(name));
  run();
  CHECK(bytes_of(folder.file("curve.csv")) == curve);
  CHECK(std::filesystem::file_size(folder.file("curve.png")) > 1000);
  const std::string log = bytes_of(folder.file("log"));
  for (const char* line : {"epoch 1 of 3: training loss ", "\nepoch 3 of 3: ", "\nthe training was complete after epoch 3\n"})
    CHECK(contains(log, line));
  run();
  CHECK(bytes_of(folder.file("log")) == log + "the training was complete after epoch 3\n");
}

TEST_CASE("train.fit_volumes: batch_dice gives other weights, and is refused where the loss has no Dice") {
  const TestFolder folder;
  const Values together{{"batch_dice", true}};
  VolumeTraining training(folder, "together", together);
  REQUIRE(training.error() == "");
  CHECK(difference(training.model, volume_trained(folder, "each", {})) > 1e-3);
  VolumeTraining without(folder, "without", {{"batch_dice", true}, {"loss", std::string("cross_entropy")}});
  CHECK(contains(without.error(), "parameter 'batch_dice' is true, but the loss cross_entropy has no Dice; choose dice or"));
  VolumeTraining single(folder, "single", {{"batch_dice", true}, {"micro_batch", std::int64_t{1}}});
  CHECK(contains(single.error(), "'batch_dice' is true, but 'micro_batch' is 1"));
}

TEST_CASE("train.fit_volumes: each loss teaches, and each gives other weights") {
  const TestFolder folder;
  std::vector<std::string> seen;
  for (const std::string loss : {"cross_entropy", "dice", "cross_entropy_dice", "sensitivity_specificity"}) {
    CAPTURE(loss);
    VolumeTraining training(folder, loss, {{"loss", loss}, {"loss_ratio", 0.5}, {"epochs", std::int64_t{30}}});
    REQUIRE(training.error() == "");
    CHECK(training.runner->reports().at("best_validation_dice") > 0.8);
    for (const std::string& other : seen) CHECK(difference(training.model, other) > 1e-3);
    seen.push_back(training.model);
  }
}

TEST_CASE("train.fit_volumes: the weights of the best Dice are written, or of the lowest loss") {
  const TestFolder folder;
  // A loss that cares for found voxels alone is lowest where the Dice is not highest.
  const Values params{{"loss", std::string("sensitivity_specificity")}, {"loss_ratio", 1.0}, {"epochs", std::int64_t{20}}};
  const auto model_by = [&](const std::string& by) {
    const std::string curve = folder.file(by + ".csv");
    Values all = params;
    all.emplace_back("keep_by", by);
    all.emplace_back("curve", curve);
    VolumeTraining training(folder, by, all);
    REQUIRE(training.error() == "");
    std::ifstream file(curve);
    std::string line;
    std::getline(file, line);
    int best = 0;
    double best_loss = 0, best_dice = 0;
    for (double epoch = 0, trained = 0, loss = 0, found = 0; std::getline(file, line);) {
      REQUIRE(std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf", &epoch, &trained, &loss, &found) == 4);
      const bool is_better = by == "loss" || found == best_dice ? loss < best_loss : found > best_dice;
      if (best == 0 || is_better) best = static_cast<int>(epoch), best_loss = loss, best_dice = found;
    }
    CHECK(training.runner->reports().at("best_epoch") == best);
    return training.model;
  };
  const std::string by_dice = model_by("dice"), by_loss = model_by("loss");
  CHECK(difference(by_dice, by_loss) > 0);
  CHECK(difference(by_dice, volume_trained(folder, "same", params)) == 0);
}

TEST_CASE(
    "train.fit_volumes: of cases of which few have labels, one with labels is trained on, and one put aside where there are "
    "two") {
  const TestFolder folder;
  for (const int labelled : {1, 2})
    for (const std::int64_t seed : {1, 2, 3, 4}) {
      CAPTURE(labelled);
      CAPTURE(seed);
      VolumeTraining training(folder, "m", {{"seed", seed}, {"epochs", std::int64_t{1}}}, 0);
      for (int i = 0; i < 4; ++i) {
        Cubes one(static_cast<unsigned>(i + 1));
        if (i >= labelled) std::fill(one.lesions.voxels.begin(), one.lesions.voxels.end(), 0);
        training.runner->input("images", images_of(one, "case" + std::to_string(i)));
      }
      REQUIRE(training.error() == "");
      const std::string said = training.runner->warnings().empty() ? "" : training.runner->warnings().front();
      CHECK(contains(said, "no voxel of the cases that are put aside for validation has a label") == (labelled == 1));
      CHECK(std::isnan(training.runner->reports().at("best_validation_dice")) == (labelled == 1));
    }
}

TEST_CASE("train.images: a mask that labels the whole brain is perhaps another image") {
  const Cubes one(1);
  const Mask all = [&] {
    Mask mask = one.lesions;
    std::fill(mask.voxels.begin(), mask.voxels.end(), 1);
    return mask;
  }();
  for (const bool is_whole : {false, true}) {
    NodeRunner runner("train.images", {});
    runner.case_name("a").input("volumes", one.image).input("lesions", is_whole ? all : one.lesions).input("region", all);
    runner.run();
    REQUIRE(runner.warnings().size() == (is_whole ? 1 : 0));
    if (is_whole) CHECK(contains(runner.warnings().front(), "labels 100 % of the voxels of 'region'"));
  }
}

TEST_CASE("train.fit_volumes: a network with two softmaxes is a warning") {
  const TestFolder folder;
  std::string network = kToyUNet;
  network.replace(network.rfind(R"({"type": "softmax"})"), 0, R"({"type": "softmax"}, )");
  VolumeTraining training(folder, "m", {{"epochs", std::int64_t{1}}}, 5, network);
  REQUIRE(training.error() == "");
  REQUIRE(training.runner->warnings().size() >= 1);
  CHECK(contains(training.runner->warnings().front(), "the network has a softmax before its end"));
}

TEST_CASE("train.fit_volumes: a network that finds nothing is written with a warning") {
  const TestFolder folder;
  VolumeTraining training(
      folder, "m",
      {{"initial_probabilities", std::vector<double>{0.99, 0.01}}, {"learning_rate", 1e-9}, {"epochs", std::int64_t{1}}});
  REQUIRE(training.error() == "");
  CHECK(training.runner->reports().at("best_validation_dice") == 0);
  REQUIRE(training.runner->warnings().size() == 1);
  CHECK(contains(training.runner->warnings().front(), "finds nothing of what is labelled in the validation (its Dice is 0)"));
}

TEST_CASE("train.fit_volumes: with few cases none is put aside, a warning says so, and the last weights are written") {
  const TestFolder folder;
  VolumeTraining training(folder, "m", {{"curve", folder.file("c.csv")}}, 2);
  REQUIRE(training.error() == "");
  REQUIRE(training.runner->warnings().size() == 1);
  CHECK(contains(training.runner->warnings().front(), "no case is put aside for validation"));
  CHECK(training.runner->reports().at("best_epoch") == 3);
  VolumeTraining split(folder, "s", {{"split", std::string("case")}}, 2);
  REQUIRE(split.error() == "");
  CHECK(split.runner->reports().at("validation_cases") == 1);
}

TEST_CASE("train.fit_volumes: a start model is judged as epoch 0") {
  const TestFolder folder;
  const std::string first = volume_trained(folder, "first", {{"epochs", std::int64_t{20}}});
  VolumeTraining again(folder, "again", {{"start", first}, {"learning_rate", 0.0}, {"epochs", std::int64_t{1}}});
  REQUIRE(again.error() == "");
  CHECK(again.runner->reports().count("start_validation_dice") == 1);
  CHECK(difference(first, again.model) == 0);
}

TEST_CASE("train.fit_volumes: what cannot be trained is refused with a sentence") {
  const TestFolder folder;
  const auto error = [&](Values more, int cases, const std::string& network = kToyUNet) {
    return VolumeTraining(folder, "x", std::move(more), cases, network).error();
  };
  CHECK(contains(error({{"least_cases", std::int64_t{3}}}, 2), "only 2 cases have samples, but 'least_cases' asks for 3"));
  CHECK(contains(error({{"channels", std::vector<std::string>{"a", "b"}}}, 2),
                 "parameter 'channels' has 2 names, but the samples have 1 channels"));
  CHECK(contains(error({{"crop", std::vector<std::int64_t>{7, 8, 8}}}, 2),
                 "it cannot be joined with 'fine', which is 4 channels of 7 x 8 x 8 voxels; the sizes must be equal"));
  CHECK(contains(
      error({}, 2, R"({"layers": [{"type": "convolution", "channels": 2, "kernel": 3}]})"),
      "the network that is to be trained gives 2 channels of 6 x 6 x 6 voxels for a crop of 1 channel of 8 x 8 x 8 voxels; two "
      "channels of scores or more are expected, of the same size"));
  CHECK(contains(error({}, 2, kToyNetwork), "gives 2 values for a crop of"));
  CHECK(contains(error({{"classes", std::vector<std::string>{"one"}}}, 2),
                 "the images have the label 1, but parameter 'classes' has 1 names"));
  VolumeTraining third(folder, "third", {}, 0);
  const Cubes one(1);
  Labels labels = image_like<Labels>(one.image);
  labels.voxels[5] = 2;
  NodeRunner images("train.images", {});
  images.case_name("a").input("volumes", one.image).input("labels", labels);
  images.run();
  third.runner->input("images", images.output_ptr("images"));
  CHECK(contains(third.error(), "the images have the label 2, but parameter 'classes' has 2 names"));
  CHECK(contains(error({{"split", std::string("case")}}, 1), "there is only one case, so none can be put aside"));
  CHECK(contains(error({{"rotations", std::vector<std::string>{"xz"}}, {"crop", std::vector<std::int64_t>{8, 8, 4}}}, 2),
                 "are not square in that plane"));
}

TEST_CASE("train.images: cuts to the region, takes labels, and refuses what does not fit") {
  const Cubes one(3);
  const auto runner = [&] { return NodeRunner("train.images", {}); };
  Mask region = image_like<Mask>(one.image);
  region.voxels[static_cast<std::size_t>(region.geometry.index_of(2, 3, 4))] = 1;
  region.voxels[static_cast<std::size_t>(region.geometry.index_of(6, 3, 5))] = 1;
  NodeRunner cut = runner();
  cut.input("volumes", one.image).input("lesions", one.lesions).input("region", region);
  cut.run();
  CHECK(cut.reports().at("voxels") == 10);
  CHECK(cut.warnings().size() == 1);  // part of the cube lies outside

  Labels labels = image_like<Labels>(one.image);
  labels.voxels[5] = 255;
  NodeRunner labelled = runner();
  labelled.input("volumes", one.image).input("labels", labels);
  labelled.run();
  CHECK(labelled.reports().at("labelled_voxels") == 1);
  labels.voxels[5] = 256;
  NodeRunner large = runner();
  large.input("volumes", one.image).input("labels", labels);
  CHECK(contains(large.error_of_run(), "has the label 256; classes to train on are numbered from 0 to 255"));

  CHECK(contains(runner().input("volumes", one.image).error_of_run(), "neither of the inputs 'lesions' and 'labels' are given"));
  CHECK(contains(runner().input("volumes", one.image).input("lesions", one.lesions).input("labels", labels).error_of_run(),
                 "both of the inputs"));
  CHECK(contains(runner().input("volumes", one.image).input("lesions", random_mask(small_grid(3, 3, 3), 0.5, 1)).error_of_run(),
                 "3 x 3 x 3"));
  Volume broken = one.image;
  broken.voxels[7] = std::nanf("");
  CHECK(contains(runner().input("volumes", broken).input("lesions", one.lesions).error_of_run(), "NaN or infinite"));
  CHECK(contains(runner()
                     .input("volumes", one.image)
                     .input("lesions", one.lesions)
                     .input("region", image_like<Mask>(one.image))
                     .error_of_run(),
                 "has no voxel, so nothing is left to train on"));
}

}  // namespace
}  // namespace flowrun::testing
