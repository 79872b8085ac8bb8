// The expected numbers were read from the files' bytes by a few lines of Python, without any image library.
#include <doctest/doctest.h>

#include <algorithm>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"
#include "support/needs.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

const std::string kData = std::string(FLOWRUN_SHARED_DIR) + "/data/";

bool absent(const std::string& file) {
  if (std::filesystem::exists(kData + file)) return false;
  could_not_run("there is no " + kData + file);
  return true;
}

float at(const Volume& volume, std::int64_t x, std::int64_t y, std::int64_t z) {
  return volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(x, y, z))];
}

}  // namespace

TEST_CASE("read_volume: a real head in MNI space has the voxels and the place of its file" *
          doctest::test_suite("needs shared data")) {
  if (absent("open_ms/patient19/FLAIR.nii.gz")) return;
  const Volume volume = read_back(kData + "open_ms/patient19/FLAIR.nii.gz");
  CHECK(volume.geometry.size == std::array<std::int64_t, 3>{182, 218, 182});
  CHECK(geometry_distance(volume.geometry, {{}, {1, 1, 1}, {-90, 126, -72}, {1, 0, 0, 0, -1, 0, 0, 0, 1}}) < 1e-6);
  CHECK(at(volume, 91, 109, 91) == 69.91238403320312f);
  CHECK(at(volume, 60, 109, 91) == 79.423583984375f);
  CHECK(at(volume, 91, 72, 91) == 73.22445678710938f);
  CHECK(at(volume, 91, 109, 60) == 61.1988525390625f);
}

TEST_CASE("read_mask: a real lesion mask has as many voxels as its file" * doctest::test_suite("needs shared data")) {
  if (absent("open_ms/patient19/lesions.nii.gz")) return;
  NodeRunner reader("io.read_mask", {{"path", kData + "open_ms/patient19/lesions.nii.gz"}});
  reader.run();
  const auto& voxels = reader.output<Mask>("mask").voxels;
  CHECK(std::count(voxels.begin(), voxels.end(), 1) == 49769);
}

TEST_CASE("read_volume: a real oblique scan has the voxels and the place of its file" *
          doctest::test_suite("needs shared data")) {
  if (absent("open_ms_raw/patient12/FLAIR.nii.gz")) return;
  const Volume volume = read_back(kData + "open_ms_raw/patient12/FLAIR.nii.gz");
  CHECK(volume.geometry.size == std::array<std::int64_t, 3>{320, 320, 48});
  const double rows[12] = {-0.7182340025901794,    0.0007025966770015657, 0.11363166570663452,  110.2229995727539,
                           -0.0028861856553703547, -0.7164279818534851,   -0.24064365029335022, 118.85800170898438,
                           0.027079978957772255,   -0.05772217735648155,  2.9881701469421387,   -41.124900817871094};
  for (std::size_t row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;  // RAS to LPS
    CHECK(volume.geometry.origin[row] == doctest::Approx(sign * rows[4 * row + 3]).epsilon(1e-6));
    for (std::size_t axis = 0; axis < 3; ++axis)
      CHECK(volume.geometry.direction[3 * row + axis] * volume.geometry.spacing[axis] ==
            doctest::Approx(sign * rows[4 * row + axis]).epsilon(1e-4));
  }
  CHECK(at(volume, 160, 160, 24) == 260);
  CHECK(at(volume, 106, 160, 24) == 251);
  CHECK(at(volume, 160, 106, 24) == 197);
  CHECK(at(volume, 160, 160, 16) == 164);
}
