// The rows of ../shared/cases/README.md on models, over the files themselves: each is right or refused with its real reason.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "common/torch/model.h"
#include "flowrun/testing/node_runner.h"
#include "support/needs.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

const std::filesystem::path kCases = std::filesystem::path(FLOWRUN_SHARED_DIR) / "cases" / "models";

bool absent(const std::string& model) {
  if (std::filesystem::exists(kCases / model)) return false;
  could_not_run("there is no " + (kCases / model).string());
  return true;
}

NodeRunner stage(const std::string& model, const PatchBatch& patches) {
  NodeRunner runner("cnn.stage", {{"model", (kCases / model).string()}}, "cpu");
  runner.input("patches", patches);
  return runner;
}

std::string error_of(const std::string& model) { return stage(model, made_up_patches(9, 2, 11)).error_of_run(); }

Scores scores_of(const std::string& model, const PatchBatch& patches) {
  NodeRunner runner = stage(model, patches);
  runner.run();
  return runner.output<Scores>("scores");
}

/// One patch of a batch.
PatchBatch patch_of(const PatchBatch& patches, std::size_t index) {
  PatchBatch one = patches;
  const auto size = static_cast<std::ptrdiff_t>(patches.values_per_patch()), start = static_cast<std::ptrdiff_t>(index) * size;
  one.voxels = {patches.voxels[index]};
  one.values.assign(patches.values.begin() + start, patches.values.begin() + start + size);
  return one;
}

}  // namespace

TEST_CASE("shared models: one that was traced on a GPU says so" * doctest::test_suite("needs shared data")) {
  if (absent("traced_on_gpu.pt")) return;
  const std::string error = error_of("traced_on_gpu.pt");
  CHECK_MESSAGE(contains(error, "was traced on 'cuda:0', which is fixed in its code, so it cannot run on 'cpu'"), error);
  CHECK(!contains(error, "channels"));
}

TEST_CASE("shared models: an operator that is unknown here and a newer file version are named, with LibTorch's" *
          doctest::test_suite("needs shared data")) {
  if (absent("unknown_op.pt") || absent("newer_version.pt")) return;
  const std::string unknown = error_of("unknown_op.pt"), newer = error_of("newer_version.pt");
  CHECK_MESSAGE(contains(unknown, "'aten::rell2_' (code/__torch__/torch/nn/functional.py line 4), which is unknown to this LibTorch (" +
                                      std::string(TORCH_VERSION) + ")"),
                unknown);
  CHECK_MESSAGE(contains(newer, "it is a file of version 99, but this LibTorch (" + std::string(TORCH_VERSION) + ") reads versions up to "),
                newer);
  CHECK(!contains(newer, "damaged"));
}

TEST_CASE("shared models: one with a fixed batch of 4 gives each of any number of patches the same scores" *
          doctest::test_suite("needs shared data")) {
  if (absent("batch4.pt")) return;
  const PatchBatch patches = made_up_patches(9, 2, 11);
  REQUIRE(error_of("batch4.pt") == "");
  const Scores together = scores_of("batch4.pt", patches);
  const std::size_t classes = together.values.size() / 9;
  REQUIRE(together.values.size() == 9 * classes);
  for (std::size_t i = 0; i < 9; ++i) {
    const Scores alone = scores_of("batch4.pt", patch_of(patches, i));
    REQUIRE(alone.values.size() == classes);
    for (std::size_t c = 0; c < classes; ++c)
      CHECK(alone.values[c] == doctest::Approx(together.values[i * classes + c]).epsilon(1e-5));
  }
}

TEST_CASE("shared models: scores that are no probabilities are one warning, with their range and the activation to set" *
          doctest::test_suite("needs shared data")) {
  if (absent("quantised.pt")) return;
  const PatchBatch patches = made_up_patches(9, 2, 11);
  const Scores scores = scores_of("quantised.pt", patches);
  REQUIRE(*std::min_element(scores.values.begin(), scores.values.end()) < 0);
  VoxelList list;
  list.geometry = patches.geometry;
  list.voxels = patches.voxels;
  NodeRunner scatter("patches.scatter");
  scatter.input("scores", scores).input("voxels", list).run();
  REQUIRE(scatter.warnings().size() == 1);
  CHECK_MESSAGE(contains(scatter.warnings()[0], "so they are no probabilities"), scatter.warnings()[0]);
  CHECK(contains(scatter.warnings()[0], "'activation'"));
}

}  // namespace flowrun::testing
