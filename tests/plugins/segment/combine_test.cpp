#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

std::vector<std::uint8_t> combined(const std::vector<Mask>& masks, const char* keep,
                                   std::map<std::string, double>* reports = nullptr) {
  NodeRunner runner("segment.combine", {{"keep", std::string(keep)}});
  for (const Mask& mask : masks) runner.input("masks", mask);
  runner.run();
  if (reports) *reports = runner.reports();
  return runner.output<Mask>("mask").voxels;
}

TEST_CASE("combine: what all masks have, or any of them; of two it reports how far they agree") {
  const Mask a = mask_of({1, 7, 0, 0}), b = mask_of({0, 1, 1, 0});
  std::map<std::string, double> reports;
  CHECK(combined({a, b}, "all", &reports) == std::vector<std::uint8_t>{0, 1, 0, 0});
  CHECK(reports.at("dice") == doctest::Approx(0.5));
  CHECK(combined({a, b}, "any") == std::vector<std::uint8_t>{1, 1, 1, 0});
  CHECK(combined({a, b, mask_of({0, 0, 0, 9})}, "any") == std::vector<std::uint8_t>{1, 1, 1, 1});
  CHECK(combined({a}, "all") == std::vector<std::uint8_t>{1, 1, 0, 0});
  CHECK(combined({mask_of({0, 0}), mask_of({0, 0})}, "all", &reports) == std::vector<std::uint8_t>{0, 0});
  CHECK_FALSE(reports.contains("dice"));
}

TEST_CASE("combine: masks on different grids or in different spaces are errors") {
  NodeRunner grids("segment.combine");
  grids.input("masks", mask_of({1, 0})).input("masks", mask_of({1, 0, 1}));
  CHECK(grids.error_of_run().find("are not on one grid") != std::string::npos);
  Mask here = mask_of({1, 0}), there = here;
  here.facts.space = "flair";
  there.facts.space = "t1";
  NodeRunner spaces("segment.combine");
  spaces.input("masks", here).input("masks", there);
  CHECK(spaces.error_of_run().find("is in the space 'flair', but") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
