// What masks and images say of themselves, and what is made of it.
#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

TEST_CASE("threshold: the mask has the space of its map; a threshold of probabilities on an image as measured is a warning") {
  Volume volume = volume_of({0, 100, 200});
  volume.facts = {"FLAIR", "flair", std::string(kIntensity), {}};
  NodeRunner runner("segment.threshold");
  runner.input("volume", volume).run();
  CHECK(runner.output<Mask>("mask").facts == ImageFacts{"FLAIR", "flair", std::string(kMask), {}});
  REQUIRE(runner.warnings().size() == 1);
  CHECK(runner.warnings().front().find("is an image as it was measured (FLAIR), no probability") != std::string::npos);
  NodeRunner other("segment.threshold", R"({"above": 150})");
  other.input("volume", volume).run();
  CHECK(other.warnings().empty());
}

TEST_CASE("label_lesions, components, shift: keep the space of the mask") {
  Mask mask;
  mask.geometry.size = {2, 2, 2};
  mask.voxels = {0, 1, 0, 0, 0, 0, 0, 1};
  mask.facts.space = "flair";
  for (const char* type : {"segment.components", "segment.shift"}) {
    NodeRunner runner(type);
    runner.input("mask", mask).run();
    CHECK_MESSAGE(runner.output<Mask>("mask").facts.space == "flair", type);
  }
}

}  // namespace
}  // namespace flowrun::testing
