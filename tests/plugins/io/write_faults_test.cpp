#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"
#include "support/file_size_limit.h"
#include "support/needs.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

std::string write_error(const std::string& path, const Volume& volume, const std::string& pixel_type = "float32",
                        bool compress = true) {
  NodeRunner writer("io.write_volume", {{"path", path}, {"pixel_type", pixel_type}, {"compress", compress}});
  writer.input("volume", volume);
  return writer.error_of_run();
}

/// Voxels that hardly compress.
Volume noise() {
  Volume volume = oblique_volume({40, 40, 40});
  unsigned state = 1;
  for (float& voxel : volume.voxels) voxel = static_cast<float>(state = state * 1664525u + 1013904223u);
  return volume;
}

}  // namespace

TEST_CASE("write_volume: a disk that is full is an error, nothing is left, and the older file stays") {
  const TempFolder folder;
  for (const std::string name : {"a.nii.gz", "a.nii", "a.nrrd", "a.mha"}) {
    for (const bool compress : {true, false}) {
      CAPTURE(name);
      CAPTURE(compress);
      REQUIRE(write_error(folder / name, oblique_volume({2, 2, 2})) == "");
      std::string error;
      {
        const FileSizeLimit limit(50000);
        error = write_error(folder / name, noise(), "float32", compress);
      }
      CAPTURE(error);
      CHECK(error.starts_with("cannot write '" + (folder / name) + "': "));
      CHECK(error.find('\n') == std::string::npos);
      CHECK(read_back(folder / name).voxels.size() == 8);
    }
  }
  CHECK(folder.names().size() == 4);
}

TEST_CASE("write_volume: names of formats that are not written are refused with those that are") {
  const TempFolder folder;
  const Volume volume = oblique_volume({2, 2, 2});
  const std::string offered = "choose one of .nii.gz, .nii, .nrrd, .mha";
  CHECK(write_error(folder / "a.jpeg", volume) ==
        "cannot write '" + (folder / "a.jpeg") + "': the ending of its name says no known format; " + offered);
  CHECK(write_error(folder / "a.mhd", volume) ==
        "cannot write '" + (folder / "a.mhd") + "': .mhd is read but not written (two files cannot be replaced in one step); " +
            offered);
  CHECK(write_error(folder / "a.dcm", volume) ==
        "cannot write '" + (folder / "a.dcm") + "': .dcm is read but not written; " + offered);
  CHECK(write_error(folder / ".nii", volume).starts_with("cannot write '"));
  CHECK(folder.names().empty());
}

TEST_CASE("write_volume: values that do not fit the pixel type are counted, not wrapped") {
  const TempFolder folder;
  const Volume volume = oblique_volume({10, 10, 10});
  CHECK(write_error(folder / "a.nii", volume, "uint8") ==
        "cannot write '" + (folder / "a.nii") +
            "' as uint8: 744 voxels are outside 0 to 255 (the image goes from -3.5 to 995.5); "
            "set the parameter 'pixel_type' to \"float32\" or scale the image");
  CHECK(write_error(folder / "a.nii", volume, "uint16").find("as uint16: 3 voxels are outside 0 to 65535") != std::string::npos);
  CHECK(write_error(folder / "a.nii", volume, "int16") == "");
  CHECK(folder.names() == std::vector<std::string>{"a.nii"});
}

TEST_CASE("write_volume: folders that cannot be written to are named") {
  const TempFolder folder;
  const Volume volume = oblique_volume({2, 2, 2});
  save(folder / "file", "x");
  CHECK(write_error(folder / "file/a.nii", volume).starts_with("cannot make the folder '" + (folder / "file") + "' for '"));
  std::filesystem::create_directories(folder / "a.nii.gz");
  CHECK(write_error(folder / "a.nii.gz", volume) ==
        "cannot write '" + (folder / "a.nii.gz") + "': it is a folder; give the name of a file");
  std::filesystem::create_directories(folder / "closed");
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const AsOrdinaryUser user(folder.path());
  CHECK(write_error(folder / "closed/a.nii", volume)
            .starts_with("cannot write '" + (folder / "closed/a.nii") + "': Permission denied; choose"));
}

TEST_CASE("write_volume: a NIfTI name for an image that NIfTI cannot hold is refused") {
  const TempFolder folder;
  CHECK(write_error(folder / "a.nii.gz", oblique_volume({40000, 1, 1})).find("does not fit into NIfTI-1") != std::string::npos);
  CHECK(write_error(folder / "a.nrrd", oblique_volume({40000, 1, 1})) == "");
  CHECK(folder.names() == std::vector<std::string>{"a.nrrd"});
}

TEST_CASE("write_volume: voxels that do not match the geometry are refused") {
  const TempFolder folder;
  Volume volume = oblique_volume({2, 2, 2});
  volume.voxels.pop_back();
  CHECK(write_error(folder / "a.nii", volume) ==
        "cannot write '" + (folder / "a.nii") + "': the image says 2 x 2 x 2 voxels and has 7");
}

TEST_CASE("write_volume: voxels that are not finite are written with a warning that counts them") {
  const TempFolder folder;
  Volume volume = oblique_volume({2, 2, 2});
  volume.voxels[1] = std::nanf("");
  volume.voxels[5] = HUGE_VALF;
  NodeRunner writer("io.write_volume", {{"path", folder / "a.nii"}});
  writer.input("volume", volume).run();
  REQUIRE(writer.warnings().size() == 1);
  CHECK(writer.warnings().front().starts_with("2 of 8 voxels are not finite"));
}
