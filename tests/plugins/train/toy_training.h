// A training of the toy network, and what it wrote.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "common/torch/torch_headers.h"
#include "toy_cases.h"

namespace flowrun::testing {

/// Models say the day on which they were made; tests that compare bytes may run over midnight.
inline const bool kFixedDay = ::setenv("SOURCE_DATE_EPOCH", "1795824000", 1) == 0;

using Values = NodeRunner::Values;

inline bool is_path(const std::string& key) {
  const auto paths = {"start", "checkpoint", "curve", "picture", "log", "network"};
  return std::find(paths.begin(), paths.end(), key) != paths.end();
}

/// A training of the toy network on three cases; params given are added to or stand for the defaults here.
struct Training {
  explicit Training(const TestFolder& folder, const std::string& name, Values more = {}, int cases = 3,
                    const char* network = kToyNetwork)
      : model(folder.file(name + ".pt")) {
    more.emplace_back("channels", std::vector<std::string>{"bright", "other"});
    const auto add = [&](const std::string& key, ParamValue value) {
      for (const auto& [known, ignored] : more)
        if (known == key) return;
      more.emplace_back(key, std::move(value));
    };
    add("batch", std::int64_t{48});
    add("micro_batch", std::int64_t{16});
    add("epochs", std::int64_t{4});
    add("learning_rate", 0.01);
    Values fixed;
    for (auto& [key, value] : more)
      if (!is_path(key)) fixed.emplace_back(key, value);
    runner = std::make_unique<NodeRunner>("train.fit", fixed, "cpu");
    runner->set("model", model).set("network", folder.write("network.json", network));
    for (auto& [key, value] : more)
      if (is_path(key)) runner->set(key, value);
    for (int i = 0; i < cases; ++i)
      runner->input("samples", sampled(ToyCase(static_cast<unsigned>(i + 1)), "case" + std::to_string(i)));
  }
  std::string error() { return runner->error_of_run(); }

  std::string model;
  std::unique_ptr<NodeRunner> runner;
};

inline std::string trained(const TestFolder& folder, const std::string& name, const Values& more = {}, int threads = 1) {
  Training training(folder, name, more);
  training.runner->threads(threads);
  REQUIRE(training.error() == "");
  return training.model;
}

inline std::map<std::string, at::Tensor> weights_of(const std::string& model) {
  std::map<std::string, at::Tensor> found;
  for (const auto& parameter : torch::jit::load(model).named_parameters()) found[parameter.name] = parameter.value;
  return found;
}

inline double difference(const std::string& a, const std::string& b) {
  double worst = 0;
  const auto of_b = weights_of(b);
  for (const auto& [name, tensor] : weights_of(a)) worst = std::max(worst, (tensor - of_b.at(name)).abs().max().item<double>());
  return worst;
}

}  // namespace flowrun::testing
