// The samples of ../shared/cases/nifti and nrrd, each with what is right for it.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"
#include "support/needs.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

const std::string kCases = std::string(FLOWRUN_SHARED_DIR) + "/cases/";

bool absent() {
  if (std::filesystem::exists(kCases + "nifti")) return false;
  could_not_run("there is no " + kCases + "nifti");
  return true;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The rows of a NIfTI-1 header's sform in LPS and mm, by a few lines of their own.
std::array<double, 12> sform_of(const std::string& file, double unit = 1) {
  const TempFolder folder;
  std::array<float, 12> rows{};
  std::string command = "gzip -dc '" + file + "' | head -c 348 > '" + (folder / "header") + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  std::memcpy(rows.data(), &load(folder / "header").at(280), sizeof rows);
  std::array<double, 12> matrix{};
  for (std::size_t i = 0; i < 12; ++i) matrix[i] = (i < 8 ? -unit : unit) * static_cast<double>(rows[i]);
  return matrix;
}

}  // namespace

TEST_CASE("cases: oblique float32 affines are read to 1e-5, and written so" * doctest::test_suite("needs shared data")) {
  if (absent()) return;
  const TempFolder folder;
  for (const std::string name : {"sform_only_0.4mm", "sform_only_oblique"}) {
    const ReadImage read = read_with(kCases + "nifti/" + name + ".nii.gz");
    const auto expected = sform_of(kCases + "nifti/" + name + ".nii.gz");
    CHECK(corner_distance(read.volume.geometry, expected) < 1e-5);
    CHECK(read.warnings.empty());
    NodeRunner writer("io.write_volume", {{"path", folder / "a.nii.gz"}});
    writer.input("volume", read.volume);
    writer.run();
    CHECK(corner_distance(read_back(folder / "a.nii.gz").geometry, expected) < 1e-4);
  }
}

TEST_CASE("cases: units of the header apply to voxel size and place" * doctest::test_suite("needs shared data")) {
  if (absent()) return;
  CHECK(corner_distance(read_back(kCases + "nifti/micron.nii.gz").geometry, sform_of(kCases + "nifti/micron.nii.gz", 1e-3)) <
        1e-4);
  CHECK(corner_distance(read_back(kCases + "nifti/meter.nii.gz").geometry, sform_of(kCases + "nifti/meter.nii.gz", 1e3)) < 1e-4);
}

TEST_CASE("cases: the sform counts where both forms have a code, with a sentence" * doctest::test_suite("needs shared data")) {
  if (absent()) return;
  for (const std::string name : {"flair", "t1", "t2"}) {
    const std::string file = kCases + "nifti/sform_aligned_qform_scanner_" + name + ".nii.gz";
    const ReadImage read = read_with(file);
    CHECK(corner_distance(read.volume.geometry, sform_of(file)) < 1e-5);
    REQUIRE(read.warnings.size() == 1);
    CHECK(says(read.warnings[0],
               "the sform is used, as nibabel, FSL and SPM show it: set the parameter 'nifti_form' to \"qform\""));
  }
}

TEST_CASE("cases: files under wrong names are read, a pointer is said to be one" * doctest::test_suite("needs shared data")) {
  if (absent()) return;
  for (const std::string name : {"plain_named_gz.nii.gz", "gzip_named_nii.nii"}) {
    const ReadImage read = read_with(kCases + "nifti/" + name);
    CHECK(read.volume.geometry.voxel_count() > 0);
    CHECK(read.warnings.size() == 1);
  }
  CHECK(says(read_error(kCases + "nifti/lfs_pointer.nii.gz"), "it is a pointer of Git LFS"));
}

TEST_CASE("cases: NRRD and MetaImage are placed by their own rules, shear is refused" *
          doctest::test_suite("needs shared data")) {
  if (absent()) return;
  const ReadImage anterior = read_with(kCases + "nrrd/left_anterior_superior.nrrd");
  // RAS: diagonal -1.2, -1.1, origin 60, -70.
  CHECK(corner_distance(anterior.volume.geometry, {1.2, 0, 0, -60, 0, 1.1, 0, 70, 0, 0, 2.5, -40}) < 1e-9);
  const ReadImage four = read_with(kCases + "nrrd/four_axes_one_volume.nrrd");
  CHECK(corner_distance(four.volume.geometry, {1.2, 0, 0, -60, 0, 1.1, 0, 70, 0, 0, 2.5, -40}) < 1e-9);
  CHECK(four.volume.geometry.size == std::array<std::int64_t, 3>{10, 12, 8});
  for (const std::string name : {"shear.nrrd", "shear.mha"}) {
    CHECK(says(read_error(kCases + "nrrd/" + name), "its axes are not at right angles to each other (they are sheared by "));
    CHECK(read_with(kCases + "nrrd/" + name, "sheared", "resample").volume.geometry.voxel_count() >= 960);
  }
}
