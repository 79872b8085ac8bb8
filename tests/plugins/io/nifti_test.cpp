#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

/// Warnings of a reading that works.
std::vector<std::string> warnings_of(const std::string& path) {
  NodeRunner runner("io.read_volume", {{"path", path}});
  runner.run();
  return runner.warnings();
}

void swap_bytes(Bytes& bytes, std::size_t place, std::size_t width, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    std::reverse(bytes.begin() + static_cast<long>(place + i * width),
                 bytes.begin() + static_cast<long>(place + (i + 1) * width));
}

}  // namespace

TEST_CASE("read_volume: the rows of a NIfTI header become an LPS geometry") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({4, 3, 2});
  const float rows[12] = {0, -2, 0, 10, 3, 0, 0, 20, 0, 0, 4, 30};  // x of the world from the voxel's y, mirrored
  for (std::size_t i = 0; i < 12; ++i) put(bytes, 280 + 4 * i, rows[i]);
  put(bytes, 80, 3.0f);
  put(bytes, 84, 2.0f);
  put(bytes, 88, 4.0f);
  save(folder / "a.nii", bytes);
  const Volume volume = read_back(folder / "a.nii");
  CHECK(volume.geometry.size == std::array<std::int64_t, 3>{4, 3, 2});
  CHECK(volume.geometry.spacing == std::array<double, 3>{3, 2, 4});
  CHECK(volume.geometry.origin == std::array<double, 3>{-10, -20, 30});
  CHECK(geometry_distance(volume.geometry, {{4, 3, 2}, {3, 2, 4}, {-10, -20, 30}, {0, 1, 0, -1, 0, 0, 0, 0, 1}}) < 1e-6);
  CHECK(volume.voxels[5] == 5);
  CHECK(warnings_of(folder / "a.nii").empty());
}

TEST_CASE("read_volume: slope and intercept of a NIfTI header are applied, a slope of 0 means none") {
  const TempFolder folder;
  for (const int datatype : {2, 4, 16, 64}) {
    CAPTURE(datatype);
    Bytes bytes = nifti_bytes({2, 2, 2}, datatype);
    put(bytes, 112, 0.5f);
    put(bytes, 116, -1.0f);
    save(folder / "a.nii.gz", gzipped(bytes));
    CHECK(read_back(folder / "a.nii.gz").voxels[3] == 0.5f);
    put(bytes, 112, 0.0f);
    save(folder / "a.nii.gz", gzipped(bytes));
    CHECK(read_back(folder / "a.nii.gz").voxels[3] == 3);
  }
}

TEST_CASE("read_volume: a big-endian NIfTI file is read") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({3, 2, 2});
  swap_bytes(bytes, 0, 4, 1);
  swap_bytes(bytes, 40, 2, 8);
  swap_bytes(bytes, 70, 2, 2);
  swap_bytes(bytes, 76, 4, 11);
  swap_bytes(bytes, 252, 2, 2);
  swap_bytes(bytes, 280, 4, 12);
  swap_bytes(bytes, 352, 4, 12);
  save(folder / "a.nii", bytes);
  const Volume volume = read_back(folder / "a.nii");
  CHECK(volume.geometry.size == std::array<std::int64_t, 3>{3, 2, 2});
  CHECK(volume.voxels[11] == 11);
}

TEST_CASE("read_volume: a 4D file with one volume is taken as 3D") {
  const TempFolder folder;
  save(folder / "a.nii", nifti_bytes({3, 2, 2, 1}));
  CHECK(read_back(folder / "a.nii").geometry.size == std::array<std::int64_t, 3>{3, 2, 2});
}

TEST_CASE("read_volume: NaN in a file is an error with count and place, or 0 with a warning when asked") {
  const TempFolder folder;
  for (const std::string name : {"a.nii.gz", "a.nrrd", "a.mha"}) {
    CAPTURE(name);
    Volume volume = oblique_volume({3, 3, 3});
    volume.voxels[4] = NAN;
    volume.voxels[20] = INFINITY;
    NodeRunner writer("io.write_volume", {{"path", folder / name}});
    writer.input("volume", volume);
    writer.run();
    CHECK(read_error(folder / name)
              .starts_with("cannot read '" + (folder / name) +
                           "': 2 of its 27 voxels are not finite (NaN or infinite), the first at (1, 1, 0); correct"));
    NodeRunner reader("io.read_volume", {{"path", folder / name}, {"nan", std::string("zero")}});
    reader.run();
    CHECK(reader.output<Volume>("volume").voxels[4] == 0);
    CHECK(reader.output<Volume>("volume").voxels[20] == 0);
    CHECK(reader.output<Volume>("volume").voxels[5] == 1.5f);
    CHECK(reader.warnings().size() == 1);
  }
}

TEST_CASE("read_mask: whole numbers of any type are a mask, fractions are an error") {
  const TempFolder folder;
  save(folder / "whole.nii", nifti_bytes({2, 2, 2}, 16));
  NodeRunner reader("io.read_mask", {{"path", folder / "whole.nii"}});
  reader.run();
  CHECK(reader.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 1, 1, 1, 1, 1, 1, 1});
  CHECK(reader.warnings().empty());
  Bytes bytes = nifti_bytes({2, 2, 2}, 16);
  put(bytes, 352, 1.0f);
  save(folder / "full.nii", bytes);
  NodeRunner full("io.read_mask", {{"path", folder / "full.nii"}});
  full.run();
  REQUIRE(full.warnings().size() == 1);
  CHECK(full.warnings()[0].ends_with("': every voxel is inside the mask, since none is 0; check that outside is 0 in the file"));
  put(bytes, 352 + 4 * 6, 0.25f);
  save(folder / "part.nii", bytes);
  CHECK(NodeRunner("io.read_mask", {{"path", folder / "part.nii"}})
            .error_of_run()
            .starts_with("cannot read '" + (folder / "part.nii") +
                         "': 1 of its voxels are not whole numbers (the first is 0.25 at (0, 1, 1))"));
  put(bytes, 352 + 4 * 6, std::nextafter(1.0f, 2.0f));
  save(folder / "near.nii", bytes);
  CHECK(NodeRunner("io.read_mask", {{"path", folder / "near.nii"}}).error_of_run().find("(the first is 1.0000001 at (0, 1, 1))") !=
        std::string::npos);
}
