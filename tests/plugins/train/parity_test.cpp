#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>

#include "common/torch/torch_headers.h"
#include "support/needs.h"
#include "toy_cases.h"

namespace flowrun::testing {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; pipe && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  return pipe && pclose(pipe) == 0 ? text : "";
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// A 5 x 5 x 5 patch around a voxel by plain loops, 0 outside the image.
void add_patch(const Volume& volume, std::int64_t voxel, std::vector<float>& out) {
  const auto at = volume.geometry.voxel_at(voxel);
  const auto& size = volume.geometry.size;
  for (std::int64_t z = at[2] - 2; z <= at[2] + 2; ++z)
    for (std::int64_t y = at[1] - 2; y <= at[1] + 2; ++y)
      for (std::int64_t x = at[0] - 2; x <= at[0] + 2; ++x) {
        const bool inside = x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2];
        out.push_back(inside ? volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(x, y, z))] : 0.0f);
      }
}

/// Trains for one epoch at a rate and gives the mean loss; a rate of 0 writes the weights to begin with.
double one_epoch(const std::vector<ToyCase>& cases, const std::string& network, const std::string& model, double rate,
                 const std::string& curve) {
  NodeRunner runner("train.fit",
                    {{"channels", std::vector<std::string>{"bright", "other"}},
                     {"batch", std::int64_t{64}},
                     {"micro_batch", std::int64_t{20}},
                     {"epochs", std::int64_t{1}},
                     {"validation", 0.0},
                     {"learning_rate", rate},
                     {"seed", std::int64_t{11}}},
                    "cpu");
  runner.set("model", model).set("network", network).set("curve", curve).threads(2);
  for (std::size_t i = 0; i < cases.size(); ++i)
    runner.input("samples", sampled(cases[i], "case" + std::to_string(i), {{"negatives", 1000.0}}));
  REQUIRE(runner.error_of_run() == "");
  return runner.reports().at("best_loss");
}

TEST_CASE("train.fit: one epoch ends with the loss and the weights of a PyTorch script of the same settings" *
          doctest::test_suite("needs pytorch")) {
  if (!python_has("numpy, torch"))
    return could_not_run("/usr/bin/python3 has no PyTorch and NumPy; on Debian: apt-get install python3-numpy python3-torch");
  const TestFolder folder;
  const std::vector<ToyCase> cases{ToyCase(1), ToyCase(2)};
  const std::string network = folder.write("network.json", kToyNetwork), curve = folder.file("curve.csv");
  one_epoch(cases, network, folder.file("first.pt"), 0, curve);
  const double loss = one_epoch(cases, network, folder.file("after.pt"), 0.01, curve);

  std::vector<float> patches;
  std::vector<std::uint8_t> labels;
  for (const ToyCase& one : cases)
    for (const std::int64_t voxel : one.everywhere) {  // with a thousand negatives for each positive, every voxel is a sample
      add_patch(one.bright, voxel, patches);
      add_patch(one.other, voxel, patches);
      labels.push_back(one.lesions.voxels[static_cast<std::size_t>(voxel)]);
    }
  folder.write("patches.f32", raw(patches));
  folder.write("labels.u8", raw(labels));
  const std::string printed = output_of(std::string("/usr/bin/python3 ") + FLOWRUN_TEST_FOLDER + "/parity.py " + folder.file("") +
                                        " " + std::to_string(labels.size()) + " 64 0.01 11");
  REQUIRE_FALSE(printed.empty());
  MESSAGE("loss: train.fit " << loss << ", PyTorch " << std::stod(printed));
  CHECK(std::abs(loss - std::stod(printed)) < 1e-4);

  const std::string after = bytes_of(folder.file("after.f32"));
  const char* theirs = after.data();
  double worst = 0;
  for (const auto& parameter : torch::jit::load(folder.file("after.pt")).named_parameters()) {
    at::Tensor expected = at::empty(parameter.value.sizes());
    std::memcpy(expected.data_ptr<float>(), theirs, expected.nbytes());
    theirs += expected.nbytes();
    worst = std::max(worst, ((parameter.value - expected).norm() / expected.norm()).item<double>());
  }
  MESSAGE("largest relative difference of a parameter: " << worst);
  CHECK(worst < 1e-3);
}

}  // namespace
}  // namespace flowrun::testing
