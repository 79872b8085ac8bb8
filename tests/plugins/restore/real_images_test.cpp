#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "flowrun/testing/node_runner.h"
#include "plugins/restore/n4_by_itk.h"
#include "plugins/small_images.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

/// An oblique clinical head of 320 x 320 x 48 voxels, of which ITK's shrinking takes the rows that rounding gives it.
const std::string kHead = std::string(FLOWRUN_SHARED_DIR) + "/data/open_ms_raw/patient03/FLAIR.nii.gz";

}  // namespace

TEST_CASE("n4: equals ITK's own classes on a raw clinical head" * doctest::test_suite("needs shared data")) {
  if (!std::filesystem::exists(kHead)) return could_not_run("there is no " + kHead);
  NodeRunner reader("io.read_volume", {{"path", kHead}});
  reader.run();
  const Volume& volume = reader.output<Volume>("volume");
  Mask inside = mask_of(std::vector<std::uint8_t>(volume.voxels.size()), volume.geometry);
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) inside.voxels[i] = volume.voxels[i] > 0;
  const N4Result expected = n4_by_itk(volume, inside, {.iterations = {4, 3}, .convergence_threshold = 0});
  NodeRunner runner("restore.n4", R"({"iterations": [4, 3], "convergence_threshold": 0})");
  runner.input("volume", volume).run();
  const auto& found = runner.output<Volume>("volume").voxels;
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    largest = std::max(largest, std::abs(found[i] - static_cast<double>(expected.corrected[i])) /
                                    std::max(1.0, std::abs(static_cast<double>(expected.corrected[i]))));
  CHECK(largest < 1e-4);
  CHECK(runner.reports().at("iterations") == 7);
}

}  // namespace flowrun::testing
