#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "flowrun/sdk/transform.h"
#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

NodeRunner& with_spacing(NodeRunner& runner, const Volume& volume) { return runner.input("volume", volume); }

Volume in_space(Volume volume, const std::string& space, const std::string& source) {
  volume.facts.space = space;
  volume.source = source;
  return volume;
}

Labels label_image(std::vector<std::int32_t> values, Geometry grid) {
  Labels labels;
  labels.geometry = grid;
  labels.voxels = std::move(values);
  labels.names[3] = "thalamus";
  labels.source = "labels.nii";
  return labels;
}

const Geometry kRow{.size = {4, 1, 1}};

std::string error_with(const Volume& volume, const char* params = R"({"spacing": [1, 1, 1]})") {
  NodeRunner runner("registration.resample_volume", params);
  return runner.input("volume", volume).error_of_run();
}

}  // namespace

TEST_CASE("registration.resample_volume: another spacing covers the same box about the same centre") {
  NodeRunner runner("registration.resample_volume", R"({"spacing": [0, 2, 1]})");
  const Volume volume = random_volume(small_grid(5, 7, 4), 1);
  with_spacing(runner, volume).run();
  const Geometry& grid = runner.output<Volume>("volume").geometry;
  CHECK(grid.size == std::array<std::int64_t, 3>{5, 4, 12});
  CHECK(grid.spacing == std::array<double, 3>{0.7, 2, 1});
  CHECK(grid.direction == volume.geometry.direction);
  const auto centre = [](const Geometry& g, std::size_t row) {
    double at = g.origin[row];
    for (std::size_t axis = 0; axis < 3; ++axis)
      at += g.direction[3 * row + axis] * g.spacing[axis] * static_cast<double>(g.size[axis] - 1) / 2;
    return at;
  };
  for (std::size_t row = 0; row < 3; ++row) CHECK(centre(grid, row) == doctest::Approx(centre(volume.geometry, row)));
}

TEST_CASE("registration.resample_volume: the result has the reference's grid and space, and the image's other facts") {
  Volume moving = in_space(random_volume(small_grid(6, 5, 4), 2), "t1", "t1.nii");
  moving.facts.contrast = "T1w";
  const Volume reference = in_space(random_volume(small_grid(3, 3, 3), 3), "flair", "flair.nii");
  NodeRunner runner("registration.resample_volume");
  runner.input("volume", moving).input("reference", reference);
  runner.input("transforms", affine_transform(TransformStep().matrix, "flair", "t1")).run();
  const Volume& result = runner.output<Volume>("volume");
  CHECK(result.geometry == reference.geometry);
  CHECK(result.facts.space == "flair");
  CHECK(result.facts.contrast == "T1w");
  CHECK(result.source == "t1.nii");
  CHECK(result.voxels[0] == moving.voxels[0]);
  CHECK(result.voxels[3 * 3 + 1] == moving.voxels[6 * 5 + 1]);
}

TEST_CASE("registration.resample_volume: several transforms are joined, first to last, and values interpolated once") {
  const Volume moving = volume_of({0, 10, 20, 30}, kRow);
  NodeRunner runner("registration.resample_volume", R"({"outside": -1})");
  runner.input("volume", moving).input("reference", volume_of({0, 0}, Geometry{.size = {2, 1, 1}}));
  runner.input("transforms", affine_transform({2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}));
  runner.input("transforms", affine_transform({1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 0})).run();
  CHECK(runner.output<Volume>("volume").voxels == std::vector<float>{5, 25});  // 2 x + 0.5
}

TEST_CASE("registration.resample_volume: what lies outside gets the value outside; an image reaches half a voxel out") {
  const Volume moving = volume_of({1, 2, 3, 4}, kRow);
  NodeRunner runner("registration.resample_volume", R"({"outside": -1})");
  Geometry grid{.size = {6, 1, 1}, .origin = {-0.9, 0, 0}};
  runner.input("volume", moving).input("reference", volume_of(std::vector<float>(6), grid)).run();
  const auto& voxels = runner.output<Volume>("volume").voxels;
  CHECK(voxels[0] == -1);
  CHECK(voxels[1] == doctest::Approx(1.1));
  CHECK(voxels[4] == doctest::Approx(4));  // 3.1
  CHECK(voxels[5] == -1);
}

TEST_CASE("registration.resample_volume: an image beside the grid is a warning") {
  NodeRunner runner("registration.resample_volume");
  runner.input("volume", volume_of({1, 2, 3, 4}, kRow));
  runner.input("reference", volume_of({0}, Geometry{.size = {1, 1, 1}, .origin = {0, 50, 0}})).run();
  REQUIRE(runner.warnings().size() == 1);
  CHECK(runner.warnings()[0].find("lies beside the new grid") != std::string::npos);
}

TEST_CASE("registration.resample_volume: spaces that contradict each other are errors") {
  const Volume flair = in_space(volume_of({0}), "flair", "flair.nii"), t1 = in_space(volume_of({0}), "t1", "t1.nii");
  NodeRunner none("registration.resample_volume");
  CHECK(none.input("volume", t1).input("reference", flair).error_of_run() ==
        "'t1.nii' is in space 't1' and 'flair.nii' in space 'flair'; connect the transform from 'flair' to 't1' to 'transforms'");
  NodeRunner turned("registration.resample_volume");
  turned.input("volume", t1).input("reference", flair);
  turned.input("transforms", affine_transform(TransformStep().matrix, "t1", "flair"));
  CHECK(turned.error_of_run().find("starts from space 't1', but 'flair.nii' is in space 'flair'") != std::string::npos);
  NodeRunner other("registration.resample_volume");
  other.input("volume", t1).input("reference", flair);
  other.input("transforms", affine_transform(TransformStep().matrix, "flair", "mni"));
  CHECK(other.error_of_run().find("ends in space 'mni', but 't1.nii' is in space 't1'") != std::string::npos);
  NodeRunner apart("registration.resample_volume");
  apart.input("volume", volume_of({0})).input("reference", volume_of({0}));
  apart.input("transforms", affine_transform(TransformStep().matrix, "a", "b"));
  apart.input("transforms", affine_transform(TransformStep().matrix, "c", "d"));
  CHECK(apart.error_of_run().find("do not follow each other") != std::string::npos);
}

TEST_CASE("registration.resample_volume: unknown spaces are not refused, and the transform's is taken") {
  NodeRunner runner("registration.resample_volume");
  runner.input("volume", volume_of({1})).input("reference", volume_of({0}));
  runner.input("transforms", affine_transform(TransformStep().matrix, "flair", "t1")).run();
  CHECK(runner.output<Volume>("volume").facts.space == "flair");
}

TEST_CASE("registration.resample_volume: what cannot be done is refused with a sentence") {
  CHECK(error_with(volume_of({1}), "{}").find("neither a reference nor a spacing is given") != std::string::npos);
  CHECK(error_with(volume_of({}, Geometry{.size = {0, 2, 2}}, "none.nii")) == "'none.nii' has no voxel");
  CHECK(error_with(volume_of({1}, Geometry{.size = {1, 1, 1}, .spacing = {1, 0, 1}})).find("has a spacing of 0") !=
        std::string::npos);
  CHECK(error_with(volume_of({1}, Geometry{.size = {1, 1, 1}, .origin = {NAN, 0, 0}})).find("not finite") != std::string::npos);
  const Volume large = volume_of({1}, Geometry{.size = {1, 1, 1}, .spacing = {1e6, 1e6, 1e6}});
  CHECK(error_with(large).find("choose a larger 'spacing'") != std::string::npos);
  NodeRunner alone("registration.resample_volume", R"({"spacing": [1, 1, 1]})");
  alone.input("volume", volume_of({1})).input("transforms", Transform());
  CHECK(alone.error_of_run().find("no reference is given") != std::string::npos);
  for (const char* word : {"bspline", "windowed_sinc"}) {
    NodeRunner runner("registration.resample_volume",
                      {{"interpolation", std::string(word)}, {"spacing", std::vector<double>{1, 1, 1}}});
    const std::string error = runner.input("volume", volume_of({1, NAN, 3})).error_of_run();
    CHECK(error.find("a value that is not finite at voxel (1, 0, 0)") != std::string::npos);
  }
}

TEST_CASE("registration.resample_volume: with linear, a value that is not finite stays where it is") {
  NodeRunner runner("registration.resample_volume");
  const Volume volume = volume_of({1, std::numeric_limits<float>::infinity(), 3, NAN}, kRow);
  runner.input("volume", volume).input("reference", volume_of({0, 0, 0, 0}, kRow)).run();
  const auto& voxels = runner.output<Volume>("volume").voxels;
  CHECK(voxels[0] == 1);
  CHECK(std::isinf(voxels[1]));
  CHECK(voxels[2] == 3);
  CHECK(std::isnan(voxels[3]));
}

TEST_CASE("registration.resample_volume: a mask or labels that would be blended are a warning") {
  NodeRunner runner("registration.resample_volume", R"({"spacing": [1, 1, 1]})");
  Volume volume = volume_of({0, 1});
  volume.facts.kind = kMask;
  runner.input("volume", volume).run();
  CHECK(runner.warnings().size() == 1);
}

TEST_CASE("registration.resample_volume: the same bits for 1 and 3 threads") {
  const Volume moving = random_volume(small_grid(20, 21, 22), 4);
  const Transform turn = affine_transform({0.9, 0.1, 0, 1, -0.1, 0.95, 0.05, 2, 0, 0, 1, 0});
  for (const std::string word : {"linear", "bspline", "windowed_sinc"}) {
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 3}) {
      NodeRunner runner("registration.resample_volume", {{"interpolation", word}});
      runner.threads(threads).input("volume", moving).input("reference", moving).input("transforms", turn).run();
      results.push_back(runner.output<Volume>("volume").voxels);
    }
    CHECK(results[0] == results[1]);
    CHECK(std::none_of(results[0].begin(), results[0].end(), [](float v) { return std::isnan(v); }));
  }
}

TEST_CASE("registration.resample_mask: linear takes what is inside by more than half") {
  NodeRunner runner("registration.resample_mask", R"({"interpolation": "linear"})");
  runner.input("mask", mask_of({0, 7, 7, 0}, kRow));
  runner.input("reference", volume_of({0, 0, 0, 0}, Geometry{.size = {4, 1, 1}, .spacing = {0.75, 1, 1}})).run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 1, 1, 1});  // at 0, 0.75, 1.5, 2.25
  NodeRunner nearest("registration.resample_mask", R"({"outside": 9})");
  nearest.input("mask", mask_of({0, 7, 7, 0}, kRow));
  nearest.input("reference", volume_of({0, 0, 0}, Geometry{.size = {3, 1, 1}, .spacing = {2, 1, 1}})).run();
  CHECK(nearest.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 7, 9});
}

TEST_CASE("registration.resample_labels: labels are never mixed, names are handed on") {
  const Labels labels = label_image({3, 9, 9, 3}, Geometry{.size = {2, 2, 1}});
  const Geometry middle{.size = {1, 1, 1}, .origin = {0.4, 0.5, 0}};
  NodeRunner runner("registration.resample_labels", R"({"interpolation": "linear"})");
  runner.input("labels", labels).input("reference", volume_of({0}, middle)).run();
  CHECK(runner.output<Labels>("labels").voxels == std::vector<std::int32_t>{3});  // equal shares: the smaller number
  CHECK(runner.output<Labels>("labels").names.at(3) == "thalamus");
}

TEST_CASE("registration.resample_labels: linear gives the label with the largest sum of shares") {
  // At (0.6, 0.45): shares 0.22, 0.33, 0.18, 0.27. The nearest voxel has label 5, but 2 and 2 together have more.
  const Labels labels = label_image({2, 5, 4, 2}, Geometry{.size = {2, 2, 1}});
  const Volume reference = volume_of({0}, Geometry{.size = {1, 1, 1}, .origin = {0.6, 0.45, 0}});
  for (const auto& [word, expected] : {std::pair{"linear", 2}, std::pair{"nearest", 5}}) {
    NodeRunner runner("registration.resample_labels", {{"interpolation", std::string(word)}});
    runner.input("labels", labels).input("reference", reference).run();
    CHECK(runner.output<Labels>("labels").voxels[0] == expected);
  }
}

}  // namespace flowrun::testing
