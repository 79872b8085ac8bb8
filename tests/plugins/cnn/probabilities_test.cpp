// Scores that leave 0 to 1 are named once a case, with their range and what to set: a network that ends without an activation
// would else be thresholded as if it gave probabilities.
#include <doctest/doctest.h>

#include <algorithm>

#include "flowrun/testing/node_runner.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

const char* const kOneVoxel =
    R"({"format": 1, "network": "small", "input": {"channels": ["a"], "size": [1, 1, 1]}, "output": {"classes": ["other", "lesion"]}})";

/// Scores are the values of the image themselves, as logits are: from -0.75 to 2.
Volume logits() {
  Volume volume;
  volume.geometry.size = {4, 3, 2};
  volume.source = "flair.nii";
  for (int i = 0; i < 24; ++i) volume.voxels.push_back(0.5f);
  volume.voxels[3] = -0.75f;
  volume.voxels[20] = 2;
  return volume;
}

VoxelList all_of(const Volume& volume) {
  VoxelList list;
  list.geometry = volume.geometry;
  list.source = volume.source;
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i) list.voxels.push_back(i);
  return list;
}

/// What a node says, without what dense inference says of the strategy.
std::vector<std::string> said(const std::string& type, NodeRunner::Values values, const std::string& model) {
  if (type == "cnn.cascade") {
    values.emplace_back("initial", model);
    values.emplace_back("final", model);
  } else {
    values.emplace_back("model", model);
    values.emplace_back("strategy", std::string("patch"));
  }
  NodeRunner runner(type, values, "cpu");
  runner.input("volumes", logits()).input("voxels", all_of(logits())).run();
  return runner.warnings();
}

TEST_CASE("probabilities: dense inference names the model, the range and the activation, once a case") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("logits.pt"), kSumAndFirst, {}, kOneVoxel);
  const auto found = said("cnn.dense_inference", {}, model);
  REQUIRE(found.size() == 1);
  CHECK(contains(found[0], "the scores of the network in '" + model + "' run from -0.75 to 2, so they are no probabilities"));
  CHECK(contains(found[0], "set parameter 'activation' of this node to softmax"));
  CHECK(contains(found[0], "sigmoid (a single output)"));
}

TEST_CASE("probabilities: a cascade says it of each of its networks") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("logits.pt"), kSumAndFirst, {}, kOneVoxel);
  const auto found = said("cnn.cascade", {}, model);
  REQUIRE(found.size() == 2);
  for (const std::string& sentence : found) CHECK(contains(sentence, "run from -0.75 to 2"));
}

TEST_CASE("probabilities: with an activation nothing is said") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("logits.pt"), kSumAndFirst, {}, kOneVoxel);
  for (const std::string type : {"cnn.dense_inference", "cnn.cascade"})
    for (const std::string activation : {"softmax", "sigmoid"}) CHECK(said(type, {{"activation", activation}}, model).empty());
}

}  // namespace
}  // namespace flowrun::testing
