#include <doctest/doctest.h>

#include <algorithm>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

const std::string kType = "patches.scatter";
const Geometry kGrid = small_grid(3, 2, 2);

Scores scores_of(std::vector<std::int64_t> voxels, std::int64_t classes, std::vector<float> values, Geometry geometry = kGrid) {
  Scores scores;
  scores.geometry = geometry;
  scores.voxels = std::move(voxels);
  scores.classes = classes;
  scores.values = std::move(values);
  return scores;
}

std::string error_for(const VoxelList& list, const std::vector<Scores>& chunks, std::int64_t one_class = 0) {
  NodeRunner runner(kType, {{"class", one_class}});
  runner.input("voxels", list);
  for (const Scores& chunk : chunks) runner.input("scores", chunk);
  return runner.error_of_run();
}

TEST_CASE("scatter: each score lands on its voxel, the background elsewhere") {
  NodeRunner runner(kType, {{"background", -1.0}});
  runner.input("voxels", list_of({0, 4, 7, 11}, kGrid, "flair.nii"));
  runner.input("scores", scores_of({0, 4}, 1, {0.25f, 0.5f})).input("scores", scores_of({7, 11}, 1, {0.75f, 1}));
  runner.run();
  const auto& map = runner.output<Volume>("map");
  CHECK(map.voxels == std::vector<float>{0.25f, -1, -1, -1, 0.5f, -1, -1, 0.75f, -1, -1, -1, 1});
  CHECK(map.geometry == kGrid);
  CHECK(map.source == "flair.nii");
}

TEST_CASE("scatter: takes the column of the class") {
  for (std::int64_t one_class = 0; one_class < 3; ++one_class) {
    NodeRunner runner(kType, {{"class", one_class}});
    runner.input("voxels", list_of({1, 2}, kGrid)).input("scores", scores_of({1, 2}, 3, {10, 11, 12, 20, 21, 22}));
    runner.run();
    CHECK(runner.output<Volume>("map").voxels[1] == 10.0f + static_cast<float>(one_class));
    CHECK(runner.output<Volume>("map").voxels[2] == 20.0f + static_cast<float>(one_class));
    CHECK(runner.output<Volume>("map").voxels[0] == 0);
  }
}

TEST_CASE("scatter: the chunks may have their voxels in any order") {
  NodeRunner runner(kType);
  runner.input("voxels", list_of({1, 2, 3}, kGrid));
  runner.input("scores", scores_of({3, 1}, 1, {0.3f, 0.1f}))
      .input("scores", scores_of({}, 1, {}))
      .input("scores", scores_of({2}, 1, {0.2f}));
  runner.run();
  const auto& map = runner.output<Volume>("map").voxels;
  CHECK(std::vector<float>(map.begin(), map.begin() + 4) == std::vector<float>{0, 0.1f, 0.2f, 0.3f});
}

TEST_CASE("scatter: an empty list gives a map of background") {
  NodeRunner runner(kType, {{"background", 0.5}});
  runner.input("voxels", list_of({}, kGrid));
  runner.run();
  CHECK(runner.output<Volume>("map").voxels == std::vector<float>(12, 0.5f));
}

TEST_CASE("scatter: scores that are no probabilities are one warning a case, with the range over all chunks and what to set") {
  NodeRunner runner(kType);
  runner.input("voxels", list_of({0, 4, 7}, kGrid, "flair.nii"));
  runner.input("scores", scores_of({0, 4}, 1, {-0.355f, 0})).input("scores", scores_of({7}, 1, {0.068f}));
  runner.run();
  REQUIRE(runner.warnings().size() == 1);
  CHECK(runner.warnings()[0].find("the scores of 'flair.nii' run from -0.355 to 0.068, so they are no probabilities") == 0);
  CHECK(runner.warnings()[0].find("set parameter 'activation' of the cnn.stage that makes them to softmax") != std::string::npos);
}

TEST_CASE(
    "scatter: probabilities are taken without a word, by rounding beyond 0 and 1 too; another class and the background do not "
    "count") {
  NodeRunner runner(kType, {{"class", std::int64_t{1}}, {"background", -5.0}});
  runner.input("voxels", list_of({0, 4}, kGrid));
  runner.input("scores", scores_of({0, 4}, 2, {17, -1e-6f, -9, 1.000001f}));
  runner.run();
  CHECK(runner.warnings().empty());
  NodeRunner nothing(kType);
  nothing.input("voxels", list_of({}, kGrid)).run();
  CHECK(nothing.warnings().empty());
}

TEST_CASE("scatter: undoes extract") {
  const Volume volume = random_volume(small_grid(6, 5, 4), 8);
  NodeRunner extract("patches.extract", {{"size", std::vector<std::int64_t>{3, 5, 3}}, {"chunk", std::int64_t{7}}});
  VoxelList list = list_of({}, volume.geometry);
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); i += 2) list.voxels.push_back(i);
  extract.input("volumes", volume).input("voxels", list);
  extract.run();
  NodeRunner scatter(kType);
  scatter.input("voxels", list);
  for (const PayloadPtr& item : extract.items("patches")) {
    const auto& batch = *payload_cast<PatchBatch>(item.get());
    Scores scores = scores_of(batch.voxels, 1, {}, batch.geometry);
    for (std::int64_t i = 0; i < batch.count(); ++i)  // the centre of a 3 x 5 x 3 patch is its value 22
      scores.values.push_back(batch.values[static_cast<std::size_t>(i * 45 + 22)]);
    scatter.input("scores", scores);
  }
  scatter.run();
  for (std::size_t i = 0; i < volume.voxels.size(); ++i)
    CHECK(scatter.output<Volume>("map").voxels[i] == (i % 2 == 0 ? volume.voxels[i] : 0.0f));
}

TEST_CASE("scatter: a class that the scores do not have is an error that says which they have") {
  CHECK(error_for(list_of({1}, kGrid), {scores_of({1}, 1, {0.5f})}, 1) ==
        "parameter 'class' is 1, but the scores have 1 class, 0; choose one of these, or have the stage before hand over more "
        "classes");
  CHECK(error_for(list_of({1}, kGrid), {scores_of({1}, 2, {0.5f, 0.5f})}, 7).find("the scores have 2 classes, 0 to 1;") !=
        std::string::npos);
}

TEST_CASE("scatter: scores on another grid are an error that names the list's file") {
  CHECK(error_for(list_of({1}, kGrid, "flair.nii"), {scores_of({1}, 1, {0.5f}, small_grid(3, 2, 1))})
            .find("'scores' and 'flair.nii' are not on one grid: size 3 x 2 x 1 and 3 x 2 x 2 voxels") == 0);
}

TEST_CASE("scatter: missing scores are counted, and the first voxel without one is named") {
  CHECK(error_for(list_of({1, 5, 9}, kGrid, "flair.nii"), {scores_of({1}, 1, {0.5f})}) ==
        "scores came for 1 of the 3 voxels of 'flair.nii'; the first without one is (2, 1, 0); connect the list that the patches "
        "were"
        " cut around");
}

TEST_CASE("scatter: a score for a voxel that is not in the list is an error") {
  CHECK(error_for(list_of({1}, kGrid, "flair.nii"), {scores_of({11}, 1, {0.5f})}) ==
        "a score came for voxel (2, 1, 1), which the voxel list of 'flair.nii' does not have; connect the list that the patches "
        "were"
        " cut around");
}

TEST_CASE("scatter: two scores for one voxel are an error, within a chunk and between chunks") {
  const std::string wanted = "a second score came for voxel (1, 0, 0); each voxel of 'list.nii' must get exactly one";
  CHECK(error_for(list_of({1, 2}, kGrid), {scores_of({1, 1}, 1, {0.5f, 0.5f})}) == wanted);
  CHECK(error_for(list_of({1, 2}, kGrid), {scores_of({1}, 1, {0.5f}), scores_of({1}, 1, {0.5f})}) == wanted);
}

TEST_CASE("scatter: indices outside the grid, a repeated list and chunks of the wrong length are refused, not followed") {
  const std::string fault = "; the plugin that made it is at fault";
  CHECK(error_for(list_of({1}, kGrid), {scores_of({12}, 1, {0.5f})}) ==
        "a chunk of scores names voxel 12, but its grid has voxels 0 to 11" + fault);
  CHECK(error_for(list_of({1}, kGrid), {scores_of({-1}, 1, {0.5f})}) ==
        "a chunk of scores names voxel -1, but its grid has voxels 0 to 11" + fault);
  CHECK(error_for(list_of({12}, kGrid), {}) ==
        "the voxel list of 'list.nii' names voxel 12, but its grid has voxels 0 to 11" + fault);
  CHECK(error_for(list_of({1, 1}, kGrid), {}) == "the voxel list of 'list.nii' has voxel (1, 0, 0) twice" + fault);
  CHECK(error_for(list_of({1}, kGrid), {scores_of({1}, 2, {0.5f})}) ==
        "a chunk of scores has 1 values for 1 voxels of 2 classes" + fault);
}

}  // namespace
}  // namespace flowrun::testing
