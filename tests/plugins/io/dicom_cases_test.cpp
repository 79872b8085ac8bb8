// The samples of ../shared/cases/dicom, each with what is right for it.
#include <doctest/doctest.h>

#include <algorithm>

#include "dicom_files.h"
#include "support/needs.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

const std::string kCases = std::string(FLOWRUN_SHARED_DIR) + "/cases/dicom/";

bool absent() {
  if (std::filesystem::exists(kCases)) return false;
  could_not_run("there is no " + kCases);
  return true;
}

/// The samples' grid: voxels of 1.2 x 1.1 x 2.5 mm, the first at (-60, -70, -40) in LPS.
const Geometry kGrid{{10, 12, 8}, {1.2, 1.1, 2.5}, {-60, -70, -40}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};

float at(const Volume& volume, std::int64_t x, std::int64_t y, std::int64_t z) {
  return volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(x, y, z))];
}

}  // namespace

TEST_CASE("dicom cases: a tilted gantry is refused with its angle, and resampled to where DICOM puts each voxel" *
          doctest::test_suite("needs shared data")) {
  if (absent()) return;
  const std::string folder = kCases + "gantry_tilt_20deg";
  const std::string error = read_error(folder);
  CHECK(error.find("sheared by 20 degrees") != std::string::npos);
  CHECK(error.find("set the parameter 'sheared' to \"resample\"") != std::string::npos);
  const ReadDicom read = read_dicom(folder, true);
  CHECK(read.warnings.size() == 1);
  CHECK(read.volume.geometry.spacing[2] == doctest::Approx(5));
  CHECK(read.volume.geometry.voxel_volume() == doctest::Approx(80));
  // Its two spots, from the files by pydicom: row, column and Image Position of the slices that have them.
  const double spots[2][3] = {{-96, -45.044167, 70}, {72, 73.819851, -65}};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto world = i == 0 ? spot_in_world(read.volume, 15, 30) : spot_in_world(read.volume, 0, 15);
    for (std::size_t axis = 0; axis < 3; ++axis) CHECK(world[axis] == doctest::Approx(spots[i][axis]).epsilon(1e-5));
  }
}

TEST_CASE("dicom cases: frames in any order, and from head to feet, make the same volume" *
          doctest::test_suite("needs shared data")) {
  if (absent()) return;
  for (const std::string name : {"multiframe_frames_out_of_order.dcm", "multiframe_head_to_feet.dcm"}) {
    const ReadDicom read = read_dicom(kCases + name);
    CAPTURE(name);
    CHECK(read.warnings.empty());
    CHECK(read.volume.geometry.size == kGrid.size);
    CHECK(geometry_distance(read.volume.geometry, kGrid) < 1e-6);
  }
  const Volume a = read_dicom(kCases + "multiframe_frames_out_of_order.dcm").volume;
  const Volume b = read_dicom(kCases + "multiframe_head_to_feet.dcm").volume;
  CHECK(a.voxels == b.voxels);
}

TEST_CASE("dicom cases: a missing frame is refused" * doctest::test_suite("needs shared data")) {
  if (absent()) return;
  CHECK(read_error(kCases + "multiframe_missing_slice.dcm")
            .find("not evenly spaced: 12.5 mm between frame 5 and frame 6, elsewhere 2.5 mm; a slice is missing") !=
        std::string::npos);
}

TEST_CASE("dicom cases: the distance between slices is the file's, and one warning says what is not in it" *
          doctest::test_suite("needs shared data")) {
  if (absent()) return;
  for (const std::string name : {"multiframe_ct_spacing_between_slices.dcm", "secondary_capture.dcm"}) {
    const ReadDicom read = read_dicom(kCases + name);
    CAPTURE(name);
    CHECK(read.volume.geometry.size == kGrid.size);
    CHECK(geometry_distance(read.volume.geometry, kGrid) < 1e-6);
    REQUIRE(read.warnings.size() == 1);
    CHECK(read.warnings[0].find("does not say the position of every frame") != std::string::npos);
  }
}

TEST_CASE("dicom cases: files without preamble are read, low-is-bright ones with one warning, and a mosaic is named" *
          doctest::test_suite("needs shared data")) {
  if (absent()) return;
  const ReadDicom bare = read_dicom(kCases + "no_preamble");
  CHECK(bare.warnings.empty());
  CHECK(bare.volume.geometry.size == kGrid.size);
  CHECK(geometry_distance(bare.volume.geometry, kGrid) < 1e-6);
  const ReadDicom inverse = read_dicom(kCases + "monochrome1");
  CHECK(geometry_distance(inverse.volume.geometry, kGrid) < 1e-6);
  REQUIRE(inverse.warnings.size() == 1);
  CHECK(inverse.warnings[0].find("MONOCHROME1") != std::string::npos);
  CHECK(at(inverse.volume, 3, 4, 5) == 65535 - at(bare.volume, 3, 4, 5));
  CHECK(read_error(kCases + "mosaic.dcm").find("it is a Siemens mosaic") != std::string::npos);
}
