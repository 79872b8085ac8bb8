// One step of a network for whole images against a PyTorch script of the same layers and loss.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>

#include "common/torch/torch_headers.h"
#include "support/needs.h"
#include "toy_cases.h"
#include "train/initialise.h"
#include "train/layers.h"
#include "train/loss.h"

namespace flowrun::testing {
namespace {

const std::string kUNet = R"({"layers": [
  {"type": "convolution", "channels": 4, "kernel": 3, "padding": 1, "bias": false}, {"type": "batch_norm"}, {"type": "relu", "name": "fine"},
  {"type": "pool", "kind": "max", "window": 2}, {"type": "convolution", "channels": 6, "kernel": 3, "padding": 1}, {"type": "relu"},
  {"type": "transposed_convolution", "channels": 4, "kernel": 2, "stride": 2}, {"type": "join", "with": "fine"},
  {"type": "convolution", "channels": 5, "kernel": [3, 3, 1], "padding": [1, 1, 0]}, {"type": "relu"},
  {"type": "convolution", "channels": 3, "kernel": 1}, {"type": "softmax"}]})";

/// The encoder with a shortcut of Brosch et al., small.
const std::string kEncoder = R"({"layers": [
  {"type": "convolution", "channels": 4, "kernel": 3, "name": "first"}, {"type": "relu"}, {"type": "pool", "kind": "average", "window": 2},
  {"type": "convolution", "channels": 4, "kernel": [3, 3, 2]}, {"type": "relu"},
  {"type": "transposed_convolution", "channels": 4, "kernel": [3, 3, 2]}, {"type": "upsample", "factor": 2, "kind": "linear"},
  {"type": "sum", "with": "first"}, {"type": "transposed_convolution", "channels": 2, "kernel": 3}]})";

template <class T>
std::string raw(const T* values, std::size_t count) {
  return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; pipe && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  return pipe && pclose(pipe) == 0 ? text : "";
}

struct Step {
  double loss = 0;
  std::vector<float> gradient;
};

/// The step here, and what the script needs for its own in the folder.
Step step_here(const TestFolder& folder, const std::string& text, const train::Settings& settings, std::int64_t classes) {
  const network::Network network = network::parse_network(text, "net");
  const network::Shapes shapes = network::infer_shapes(network, 2, {10, 8, 6}, "net");
  train::Weights weights(network, shapes);
  train::initialise(weights, "he_normal", 0, 5);
  torch::manual_seed(3);
  const at::Tensor input = torch::randn({2, 2, 6, 8, 10}), labels = torch::randint(0, classes, {2, 6, 8, 10}, at::kLong);
  const at::Tensor small = labels.to(at::kByte);
  folder.write("network.json", text);
  folder.write("weights.f32", raw(weights.values().data(), weights.values().size()));
  folder.write("input.f32", raw(input.data_ptr<float>(), static_cast<std::size_t>(input.numel())));
  folder.write("labels.u8", raw(small.data_ptr<std::uint8_t>(), static_cast<std::size_t>(small.numel())));

  std::vector<at::Tensor> tensors, trained;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < weights.parameters().size(); ++i) {
    tensors.push_back(weights.view(i).clone());
    if (weights.parameters()[i].is_buffer()) continue;
    tensors.back().requires_grad_(true);
    trained.push_back(tensors.back());
    places.push_back(i);
  }
  train::Pass pass{true, 0, 0, {}, {}};
  const at::Tensor loss = train::Loss(settings, at::kCPU)(train::logits(network, input, tensors, pass), labels);
  const auto found = torch::autograd::grad({loss}, trained);
  Step step{loss.item<double>(), std::vector<float>(weights.values().size())};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const at::Tensor one = found[i].contiguous();
    std::copy_n(one.data_ptr<float>(), one.numel(), step.gradient.begin() + weights.offset(places[i]));
  }
  return step;
}

TEST_CASE("train.fit_volumes: loss and gradient of a step are those of a PyTorch script, for each loss and way back to the size" *
          doctest::test_suite("needs pytorch")) {
  if (!python_has("numpy, torch"))
    return could_not_run("/usr/bin/python3 has no PyTorch and NumPy; on Debian: apt-get install python3-numpy python3-torch");
  for (const auto& [text, classes] : std::vector<std::pair<std::string, std::int64_t>>{{kUNet, 3}, {kEncoder, 2}})
    for (const std::string kind : {"cross_entropy", "dice", "batch_dice", "cross_entropy_dice", "sensitivity_specificity"}) {
      CAPTURE(kind);
      const TestFolder folder;
      train::Settings settings;
      settings.batch_dice = kind == "batch_dice";
      settings.loss = settings.batch_dice ? "dice" : kind;
      settings.loss_ratio = 0.03;
      const Step here = step_here(folder, text, settings, classes);
      const std::string printed = output_of(std::string("/usr/bin/python3 ") + FLOWRUN_TEST_FOLDER + "/volume_parity.py " +
                                            folder.file("") + " " + kind + " 0.03 2 6 8 10");
      REQUIRE_FALSE(printed.empty());
      CHECK(std::abs(here.loss - std::stod(printed)) < 1e-5 * std::abs(here.loss));
      const std::string bytes = bytes_of(folder.file("gradient.f32"));
      REQUIRE(bytes.size() == here.gradient.size() * sizeof(float));
      const auto* there = reinterpret_cast<const float*>(bytes.data());
      double difference = 0, norm = 0;
      for (std::size_t i = 0; i < here.gradient.size(); ++i) {
        difference += std::pow(static_cast<double>(here.gradient[i]) - static_cast<double>(there[i]), 2);
        norm += std::pow(static_cast<double>(there[i]), 2);
      }
      CHECK(norm > 0);
      CHECK(std::sqrt(difference / norm) < 1e-4);
    }
}

}  // namespace
}  // namespace flowrun::testing
