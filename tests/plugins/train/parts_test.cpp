// The parts that a training is made of, one by one.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "common/torch/torch_headers.h"
#include "flowrun/sdk/error.h"
#include "train/augmentation.h"
#include "train/epoch_log.h"
#include "train/flushed_denormals.h"
#include "train/initialise.h"
#include "train/layers.h"
#include "train/metrics.h"
#include "train/optimiser.h"
#include "train/random_order.h"
#include "train/steps.h"

namespace flowrun::train {
namespace {

TEST_CASE("FlushedDenormals: numbers below the smallest normal one are 0 while it lives, and count again after it") {
  const bool before = FlushedDenormals::are_flushed();
  {
    const FlushedDenormals outer;
    CHECK(FlushedDenormals::are_flushed());
    { const FlushedDenormals inner; }
    CHECK(FlushedDenormals::are_flushed());
  }
  CHECK(FlushedDenormals::are_flushed() == before);
}

TEST_CASE("adam: takes the steps of torch.optim.Adam, worked out by hand") {
  Optimiser adam;
  adam.learning_rate = 0.1;
  std::vector<float> weights{1, 1};
  adam.step(weights, {0.5f, -2}, {true, false});
  CHECK(weights[0] == doctest::Approx(0.9).epsilon(1e-6));  // the first step is the learning rate against the sign
  CHECK(weights[1] == 1);
  adam.step(weights, {0.25f, 1}, {true, false});
  // mean 0.9 * 0.05 + 0.1 * 0.25 = 0.07, by 0.19: 0.368421; square (0.999 * 0.25 + 0.0625) / 1000, by 0.001999: 0.156203
  CHECK(weights[0] == doctest::Approx(0.9 - 0.1 * (0.07 / 0.19) / std::sqrt(0.00031225 / 0.001999)).epsilon(1e-5));
}

TEST_CASE("augmentation: flips and turns move values, and four quarter turns bring them back") {
  const std::array<std::int64_t, 3> size{3, 3, 2};
  std::vector<float> patch(18), scratch;
  std::iota(patch.begin(), patch.end(), 0.0f);
  const std::vector<float> before = patch;
  const Augmentation turn = make_augmentation({}, {"xy"}, 0, 0, 1, size), flip = make_augmentation({"z"}, {}, 0, 0, 1, size);
  int moved = 0;
  for (std::uint64_t place = 0; place < 16; ++place) {
    std::vector<float> turned = before;
    augment(turned.data(), 1, size, turn, 7, place, scratch);
    CHECK(turned[4] == 4);  // the middle of a slice stays
    CHECK(std::accumulate(turned.begin(), turned.begin() + 9, 0.0f) == 36);
    moved += turned != before;
    std::vector<float> mirrored = before;
    augment(mirrored.data(), 1, size, flip, 7, place, scratch);
    CHECK((mirrored[0] == 0 || mirrored[0] == 9));
  }
  CHECK(moved > 8);
  CHECK(moved < 16);
  CHECK_THROWS_WITH(make_augmentation({}, {"xz"}, 0, 0, 1, size),
                    "parameter 'rotations' names xz, but patches of 3 x 3 x 2 voxels are not square in that plane");
  CHECK_THROWS_WITH(make_augmentation({"t"}, {}, 0, 0, 1, size), "parameter 'flips' names 't'; known are x, y and z");
}

TEST_CASE("augmentation: intensities are scaled and shifted within their bounds, each channel for itself") {
  std::vector<float> patch(8, 1.0f), scratch;
  augment(patch.data(), 2, {2, 2, 1}, make_augmentation({}, {}, 0.5, 0.1, 1, {2, 2, 1}), 3, 1, scratch);
  CHECK(patch[0] == patch[3]);
  CHECK(patch[0] != patch[4]);
  for (const float value : patch) CHECK(std::abs(value - 1) <= 0.6f);
}

TEST_CASE("augmentation: thick slices are means at their middles with straight lines between, cut where a slice may begin") {
  const std::vector<float> column{0, 2, 4, 6, 8, 10}, from_0{1, 2, 4, 6, 8, 9}, from_1{0.75f, 2.25f, 4, 6, 7.75f, 9.25f};
  int as_it_was = 0, first = 0, second = 0;
  std::vector<float> scratch;
  for (std::uint64_t place = 0; place < 64; ++place) {
    std::vector<float> patch = column;
    augment(patch.data(), 1, {1, 1, 6}, make_augmentation({}, {}, 0, 0, 2, {1, 1, 6}), 5, place, scratch);
    as_it_was += patch == column, first += patch == from_0, second += patch == from_1;
  }
  CHECK(as_it_was + first + second == 64);
  CHECK(as_it_was > 16);
  CHECK(first > 4);
  CHECK(second > 4);
}

TEST_CASE("augmentation: thick slices keep a patch of one value, also where one slice covers it, each channel for itself") {
  std::vector<float> even(2 * 27, 3.0f), scratch;
  augment(even.data(), 2, {3, 3, 3}, make_augmentation({}, {}, 0, 0, 32, {3, 3, 3}), 5, 1, scratch);
  for (const float value : even) CHECK(value == doctest::Approx(3));
  std::vector<float> two{0, 2, 4, 6, 8, 10, 0, 2, 4, 6, 8, 10};
  int unlike = 0;
  for (std::uint64_t place = 0; place < 16; ++place) {
    std::vector<float> patch = two;
    augment(patch.data(), 2, {1, 1, 6}, make_augmentation({}, {}, 0, 0, 3, {1, 1, 6}), 5, place, scratch);
    unlike += !std::equal(patch.begin(), patch.begin() + 6, patch.begin() + 6);
  }
  CHECK(unlike > 4);
}

TEST_CASE("steps: a batch that leaves too few steps is lowered, others are kept") {
  CHECK(fitting_batch(4096, 754, 8) == 94);
  CHECK(fitting_batch(94, 754, 8) == 94);
  CHECK(fitting_batch(100, 754, 8) == 100);  // the eighth step has the rest
  CHECK(fitting_batch(4096, 754, 1) == 4096);
  CHECK(fitting_batch(4096, 5, 8) == 1);
  CHECK(fitting_batch(4096, 0, 8) == 1);
}

TEST_CASE("steps: the learning rate of each schedule, worked out by hand") {
  Settings settings;
  settings.learning_rate = 0.4, settings.epochs = 4;
  CHECK(learning_rate_at(settings, 19, 5) == 0.4);
  settings.schedule = "cosine";
  CHECK(learning_rate_at(settings, 0, 5) == doctest::Approx(0.4));
  CHECK(learning_rate_at(settings, 10, 5) == doctest::Approx(0.2));
  CHECK(learning_rate_at(settings, 15, 5) == doctest::Approx(0.2 * (1 - std::sqrt(0.5))));
  CHECK(learning_rate_at(settings, 20, 5) == doctest::Approx(0).scale(1));
  CHECK(learning_rate_at(settings, 30, 5) == doctest::Approx(0).scale(1));  // never up again
  settings.schedule = "step", settings.schedule_epochs = 2, settings.schedule_factor = 0.5;
  CHECK(learning_rate_at(settings, 9, 5) == 0.4);
  CHECK(learning_rate_at(settings, 10, 5) == 0.2);
  CHECK(learning_rate_at(settings, 20, 5) == 0.1);
}

TEST_CASE("epoch_log: durations in words") {
  CHECK(duration_words(-3) == "0 s");
  CHECK(duration_words(59.4) == "59 s");
  CHECK(duration_words(250) == "4 min 10 s");
  CHECK(duration_words(7500) == "2 h 05 min");
}

TEST_CASE("epoch_log: of more than two classes each has its Dice, the mean is without the first") {
  Progress progress;
  progress.curve.push_back({.epoch = 1, .training_loss = 0.5, .validation_loss = 0.25, .validation_dice = 0.8});
  CHECK(epoch_line(progress, {"not lesion", "lesion"}, 1, 0) ==
        "epoch 1 of 1: training loss 0.5, validation loss 0.25, Dice 0.8; at most 0 s left");
  progress.class_dice = {0.99, 0.9, std::nan("")};
  CHECK(epoch_line(progress, {"none", "CSF", "grey matter"}, 1, 0) ==
        "epoch 1 of 1: training loss 0.5, validation loss 0.25, mean Dice 0.8 (none 0.99, CSF 0.9, grey matter absent); at most "
        "0 s left");
  progress.class_dice = {0.99, 0.9, 0.7};
  CHECK(epoch_line(progress, {"none", "CSF", "grey matter"}, 1, 0) ==
        "epoch 1 of 1: training loss 0.5, validation loss 0.25, mean Dice 0.8 (none 0.99, CSF 0.9, grey matter 0.7); at most 0 s left");
}

TEST_CASE("metrics: a class that is nowhere has no Dice, and the mean is of the others") {
  const Metrics metrics{.found = {8, 0, 4}, .labelled = {8, 0, 6}, .both = {4, 0, 4}};
  CHECK(dice_of(metrics, 0) == 0.5);
  CHECK(std::isnan(dice_of(metrics, 1)));
  CHECK(mean_dice(metrics, true) == 0.8);
  CHECK(mean_dice(metrics, false) == doctest::Approx(0.65));
  CHECK(std::isnan(mean_dice({.found = {8, 0}, .labelled = {8, 0}, .both = {8, 0}}, true)));
  CHECK(std::isnan(mean_dice({.found = {6, 2}, .labelled = {8, 0}, .both = {6, 0}}, true)));  // nothing is labelled
  CHECK(mean_dice({.found = {6, 1, 1}, .labelled = {7, 1, 0}, .both = {6, 1, 0}}, true) == 0.5);
}

TEST_CASE("random_order: an order is a permutation that the stream decides") {
  std::vector<std::int64_t> order = random_order(stream(1, Purpose::order, 3), 100);
  CHECK(order == random_order(stream(1, Purpose::order, 3), 100));
  CHECK(order != random_order(stream(1, Purpose::order, 4), 100));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("initialise: weights have the spread that the name says, biases are 0") {
  const network::Network network = network::parse_network(
      R"({"layers": [{"type": "convolution", "channels": 32, "kernel": 5, "padding": 2}, {"type": "batch_norm"}, {"type": "prelu"},
                     {"type": "flatten"}, {"type": "dense", "units": 20}]})",
      "net");
  const network::Shapes shapes = network::infer_shapes(network, 4, {5, 5, 5}, "net");
  const double in = 4 * 125, out = 32 * 125;
  for (const auto& [how, sd] : std::vector<std::pair<std::string, double>>{{"glorot_uniform", std::sqrt(2 / (in + out))},
                                                                           {"glorot_normal", std::sqrt(2 / (in + out))},
                                                                           {"he_uniform", std::sqrt(2 / in)},
                                                                           {"he_normal", std::sqrt(2 / in)},
                                                                           {"normal", 0.3}}) {
    CAPTURE(how);
    Weights weights(network, shapes);
    initialise(weights, how, 0.3, 1);
    const at::Tensor kernels = weights.view(0);
    CHECK(kernels.std().item<double>() == doctest::Approx(sd).epsilon(0.02));
    CHECK(std::abs(kernels.mean().item<double>()) < 0.03 * sd);
    const bool uniform = how.find("uniform") != std::string::npos;
    CHECK((kernels.abs().max().item<double>() <= std::sqrt(3.0) * sd * 1.0001) == uniform);
    CHECK(weights.view(1).abs().sum().item<double>() == 0);
    CHECK(weights.view(2).sum().item<double>() == 32);  // batch_norm's weights are 1
    CHECK(weights.view(6).mean().item<double>() == doctest::Approx(0.25));
  }
}

TEST_CASE("begin_with: the classes have their probabilities where nothing is seen, and what cannot be is refused") {
  const auto weights_of = [](const char* layers) {
    static std::vector<std::unique_ptr<network::Network>> networks;  // a parameter points to its layer
    networks.push_back(std::make_unique<network::Network>(network::parse_network(layers, "net")));
    return Weights(*networks.back(), network::infer_shapes(*networks.back(), 1, {3, 3, 3}, "net"));
  };
  const char* const net = R"({"layers": [{"type": "convolution", "channels": 3, "kernel": 3}, {"type": "softmax"}]})";
  Weights weights = weights_of(net);
  begin_with(weights, {0.9, 0.08, 0.02}, 3);
  const at::Tensor found = at::softmax(weights.view(1), 0);
  for (int i = 0; i < 3; ++i) CHECK(found[i].item<double>() == doctest::Approx(std::array{0.9, 0.08, 0.02}[i]).epsilon(1e-5));

  const auto error = [&](const char* layers, const std::vector<double>& given) -> std::string {
    Weights of = weights_of(layers);
    try {
      begin_with(of, given, 3);
    } catch (const Error& fault) {
      return fault.what();
    }
    return "";
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(weights.view(0).abs().sum().item<double>() == 0);
  CHECK(has(error(net, {0.5, 0.5}), "has 2 numbers, but parameter 'classes' has 3 names; give one number for each"));
  CHECK(has(error(net, {0.5, 0.5, 0}), "has 0.000000 where a number above 0 is expected"));
  CHECK(has(error(net, {0.5, 0.5, NAN}), "where a number above 0 is expected"));
  CHECK(has(error(net, {0.5, 0.5, 0.5}), "has numbers that add up to 1.500000; 1 is expected"));
  CHECK(has(error(R"({"layers": [{"type": "convolution", "channels": 3, "kernel": 3, "bias": false}]})", {0.5, 0.3, 0.2}),
            "sets the biases of the network's last layer, but that has none"));
  CHECK(
      has(error(R"({"layers": [{"type": "convolution", "channels": 3, "kernel": 1}, {"type": "batch_norm"}]})", {0.5, 0.3, 0.2}),
          "sets the biases of the network's last layer, but that has none"));
}

}  // namespace
}  // namespace flowrun::train
