#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

std::vector<std::int32_t> labels_of(const Mask& mask, const std::string& connectivity = "6") {
  NodeRunner runner("segment.label_lesions", {{"connectivity", connectivity}});
  runner.input("mask", mask);
  runner.run();
  CHECK(runner.output<Labels>("labels").geometry == mask.geometry);
  return runner.output<Labels>("labels").voxels;
}

TEST_CASE("label_lesions: the largest component is 1, of equal ones the first in memory comes first") {
  CHECK(labels_of(mask_of({1, 0, 1, 1, 0, 7, 0, 1, 1, 1})) == std::vector<std::int32_t>{3, 0, 2, 2, 0, 4, 0, 1, 1, 1});
}

TEST_CASE("label_lesions: reports how many lesions there are and their volume") {
  NodeRunner runner("segment.label_lesions");
  Mask mask = mask_of({1, 0, 1, 1});
  mask.geometry.spacing = {2, 3, 4};
  runner.input("mask", mask);
  runner.run();
  CHECK(runner.reports().at("lesions") == 2);
  CHECK(runner.reports().at("lesion_volume_ml") == doctest::Approx(3 * 24.0 / 1000));
}

TEST_CASE("label_lesions: what touches by an edge is one component from 18 neighbours on") {
  const Mask mask = mask_of({1, 0, 0, 1}, small_grid(2, 2, 1));
  CHECK(labels_of(mask, "6") == std::vector<std::int32_t>{1, 0, 0, 2});
  CHECK(labels_of(mask, "18") == std::vector<std::int32_t>{1, 0, 0, 1});
}

TEST_CASE("label_lesions: more than 255 components keep numbers of their own") {
  std::vector<std::uint8_t> voxels(1000);
  for (std::size_t i = 0; i < voxels.size(); i += 2) voxels[i] = 1;
  const std::vector<std::int32_t> labels = labels_of(mask_of(voxels));
  for (std::size_t i = 0; i < voxels.size(); ++i) REQUIRE(labels[i] == (i % 2 == 0 ? static_cast<std::int32_t>(i / 2 + 1) : 0));
}

TEST_CASE("label_lesions: an empty mask gives an image of 0, an incomplete one is an error") {
  CHECK(labels_of(mask_of({0, 0, 0})) == std::vector<std::int32_t>(3, 0));
  Mask mask = mask_of({1, 1, 1});
  mask.voxels.pop_back();
  NodeRunner runner("segment.label_lesions");
  runner.input("mask", mask);
  CHECK(runner.error_of_run() ==
        "'mask.nii' contains 2 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
}

}  // namespace
}  // namespace flowrun::testing
