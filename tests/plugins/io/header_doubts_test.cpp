// Headers that contradict themselves, say what cannot be, or belong to something else: what is said of them.
#include <doctest/doctest.h>

#include <cmath>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string nrrd(const std::string& fields, const std::string& sizes = "2 1 1", const std::string& dimension = "3") {
  return "NRRD0005\ntype: uchar\nencoding: raw\ndimension: " + dimension + "\nsizes: " + sizes + "\n" + fields + "\nab";
}

Bytes with(Bytes bytes, std::size_t place, float value) {
  put(bytes, place, value);
  return bytes;
}

/// The warnings of an image that is read.
std::vector<std::string> warnings_of(const std::string& file) {
  REQUIRE(read_error(file) == "");
  return read_with(file).warnings;
}

void check_one_warning(const std::string& file, const std::string& words) {
  const auto warnings = warnings_of(file);
  REQUIRE(warnings.size() == 1);
  CHECK_MESSAGE(says(warnings[0], words), warnings[0]);
}

void check_refused(const std::string& file, const std::string& words) {
  const std::string error = read_error(file);
  CHECK_MESSAGE(says(error, words), error);
}

}  // namespace

TEST_CASE("pairs: each half is named as what it is, and a half that is refused is not said to be read") {
  const TempFolder folder;
  Bytes header = nifti_bytes({2, 2, 2});
  header[345] = 'i';
  header.resize(348);
  save(folder / "a.hdr", header);
  save(folder / "a.img", Bytes(32, 0));
  save(folder / "b.img.gz", gzipped(Bytes(64, 1)));
  save(folder / "c.IMG", "BM looks like a picture");
  save(folder / "d.raw", "voxels");
  save(folder / "e.img", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
  for (const std::string name : {"a.img", "b.img.gz", "c.IMG"})
    check_refused(folder / name,
                  "by its name it has the voxels of a pair of files (.hdr and .img, as NIfTI and Analyze have them)");
  check_refused(folder / "d.raw", "a header beside it gives (.mhd or .nhdr): give the header");
  check_refused(folder / "e.img", "it is a pointer of Git LFS");
  NodeRunner runner("io.read_volume", {{"path", folder / "a.hdr"}});
  CHECK(says(runner.error_of_run(), "it is the header of a NIfTI pair"));
  CHECK(runner.warnings().empty());
  save(folder / "f.nii", "NRRD0005\ntype: uchar\nencoding: raw\ndimension: 3\nsizes: 9 9 9\n\nab");
  NodeRunner wrong("io.read_volume", {{"path", folder / "f.nii"}});
  CHECK(says(wrong.error_of_run(), "only 2 are there"));
  CHECK(wrong.warnings().empty());
}

TEST_CASE("content: what is in a gzip file is named in whole words") {
  const TempFolder folder;
  const auto packed = [&](const std::string& start) {
    const std::string bytes = start + std::string(400, '\1');
    save(folder / "a.nii.gz", gzipped(Bytes(bytes.begin(), bytes.end())));
    return folder / "a.nii.gz";
  };
  check_refused(packed(std::string("\0\0\0\1\0\0\0\1", 8)),
                "it is a gzip file of an MGH image of FreeSurfer (by its first bytes)");
  check_refused(packed("BZh"), "it is a gzip file of a file compressed by bzip2; unpack it");
}

TEST_CASE(
    "nrrd: an empty space, directions without a space and 'none' for an axis of space are faults with what is "
    "expected") {
  const TempFolder folder;
  const std::string directions = "space directions: (2,0,0) (0,3,0) (0,0,4)\n";
  const auto check = [&](const std::string& text, const std::string& words) {
    save(folder / "a.nrrd", text);
    check_refused(folder / "a.nrrd", words);
  };
  check(nrrd("space:\n" + directions),
        "its NRRD header says space = nothing; left-posterior-superior or another space is expected");
  check(nrrd("space: \nspacings: 1 1 1\n"), "its NRRD header says space = nothing");
  check(nrrd(directions), "says space directions = (2,0,0) (0,3,0) (0,0,4); but neither 'space' nor 'space dimension'");
  for (const std::string sizes : {"2 1 1", "1 1 2"})
    check(nrrd("space: LPS\nspace directions: (2,0,0) (0,3,0) none\n", sizes),
          "only 2 of its 3 axes have a direction in space; a 3D image has three");
  check(nrrd("space: RAST\n" + directions),
        "vectors such as (1,0,0,0), or 'none', are expected: its space has 4 dimensions, of which the "
        "last is time");
  check(nrrd("space: LPS\nspace directions: (2,0) (0,3) (0,0)\n"),
        "vectors such as (1,0,0), or 'none', are expected: its space has 3");
  check(nrrd("space: LPS\nspace origin: (0,0,0)\n"), "its NRRD header says space origin = (0,0,0); but there are no");
  check(nrrd("space: LPS\n" + directions + "Space Units: \"mm\" \"mile\" \"mm\"\n"), "says Space Units = ");
}

TEST_CASE("nrrd: values that were made whole numbers are read as they are, with a warning") {
  const TempFolder folder;
  save(folder / "a.nrrd",
       nrrd("space: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nold min: 0\nold max: 2.5\n"));
  check_one_warning(folder / "a.nrrd", "('old min', 'old max'); they are read as they are");
  CHECK(read_back(folder / "a.nrrd").voxels == std::vector<float>{'a', 'b'});
}

TEST_CASE("read_volume: what compressed data could become is said to be the most") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({2, 2, 2});
  for (const std::size_t axis : {1, 2}) put<std::int16_t>(bytes, 40 + 2 * axis, 30000);
  save(folder / "a.nii.gz", gzipped(bytes));
  check_refused(folder / "a.nii.gz", "take 7200000000 bytes, but its compressed data can become at most ");
}

TEST_CASE("nifti: a form that cannot be used names the parameter that chooses the other") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({2, 2, 2});
  put<std::int16_t>(bytes, 252, 1);
  Bytes zeros = bytes, flat = bytes, far = bytes;
  for (std::size_t i = 0; i < 12; ++i) put(zeros, 280 + 4 * i, 0.0f);
  put(flat, 300, 0.0f);
  put(flat, 296, 1.0f);
  put(far, 292, 1e9f);
  for (const Bytes& broken : {zeros, flat, far}) {
    save(folder / "a.nii", broken);
    check_refused(folder / "a.nii", ", or set the parameter 'nifti_form' to \"qform\"");
    CHECK(read_with(folder / "a.nii", "nifti_form", "qform").volume.geometry.spacing == std::array<double, 3>{1, 1, 1});
  }
  put<std::int16_t>(zeros, 252, 0);
  save(folder / "a.nii", zeros);
  check_refused(folder / "a.nii", "its voxel size is 0 x 0 x 0 mm; each must be above 0, so correct the header");
  CHECK(!says(read_error(folder / "a.nii"), "nifti_form"));
  save(folder / "a.nii", with(bytes, 256, 3));
  CHECK(says(NodeRunner("io.read_volume", {{"path", folder / "a.nii"}, {"nifti_form", std::string("qform")}}).error_of_run(),
             "or set the parameter 'nifti_form' to \"sform\""));
}

TEST_CASE(
    "headers: a voxel size that is not that of the axes is one warning, whatever the ratio; one that is rounded is "
    "none") {
  const TempFolder folder;
  const std::string nifti = "its header gives the voxel size 1.3 x 1 x 1 mm (pixdim), but its axes have 1 x 1 x 1 mm (sform)";
  save(folder / "a.nii", with(nifti_bytes({4, 3, 2}), 80, 1.3f));
  check_one_warning(folder / "a.nii", nifti);
  save(folder / "a.nii", with(nifti_bytes({4, 3, 2}), 80, 1.001f));
  CHECK(warnings_of(folder / "a.nii").empty());
  const std::string placed = "space: LPS\nspace origin: (0,0,0)\nspace directions: (2,0,0) (0,3,0) (0,0,4)\n";
  save(folder / "a.nrrd", nrrd(placed + "spacings: 2 3 5.5\n"));
  check_one_warning(folder / "a.nrrd",
                    "gives the voxel size 2 x 3 x 5.5 mm (spacings), but its axes have 2 x 3 x 4 mm (space directions)");
  save(folder / "a.nrrd", nrrd(placed + "spacings: 2 nan 4\n"));
  CHECK(warnings_of(folder / "a.nrrd").empty());
  const auto meta = [&](const std::string& turn) {
    save(folder / "a.mha", "NDims = 3\nDimSize = 2 1 1\nOffset = 0 0 0\nElementSpacing = 1 1 1\nTransformMatrix = " + turn +
                               "\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nab");
    return folder / "a.mha";
  };
  check_one_warning(meta("1.5 0 0 0 1 0 0 0 1"),
                    "(ElementSpacing), but its axes have 1.5 x 1 x 1 mm (with the lengths of the rows");
  CHECK(warnings_of(meta("0.9999 0 0 0 1 0 0 0 1")).empty());
}

TEST_CASE("nifti: a slope that means none is a warning where an intercept would have counted") {
  const TempFolder folder;
  const auto file = [&](float slope, float intercept) {
    save(folder / "a.nii", with(with(nifti_bytes({2, 2, 2}, 4), 112, slope), 116, intercept));
    CHECK(read_back(folder / "a.nii").voxels[3] == 3);
    return folder / "a.nii";
  };
  for (const auto& [slope, intercept] : {std::pair{0.0f, 0.0f}, {NAN, NAN}, {0.0f, NAN}, {NAN, 0.0f}, {1.0f, 0.0f}})
    CHECK(warnings_of(file(slope, intercept)).empty());
  for (const auto& [slope, intercept] : {std::pair{0.0f, 5.0f}, {NAN, -1024.0f}, {INFINITY, 0.0f}, {0.0f, INFINITY}})
    check_one_warning(file(slope, intercept), "such a slope means none, so neither is used, as nibabel has it");
  save(folder / "b.nii", with(with(nifti_bytes({2, 2, 2}, 4), 112, 2), 116, NAN));
  check_refused(folder / "b.nii", "which must be finite");
}

TEST_CASE("nifti: bits, types that are not said, CIFTI, half bytes and unknown codes are named") {
  const TempFolder folder;
  const auto file = [&](std::size_t place, std::int16_t value) {
    Bytes bytes = nifti_bytes({2, 2, 2});
    put(bytes, place, value);
    save(folder / "a.nii", bytes);
    return folder / "a.nii";
  };
  check_refused(file(70, 1), "it has voxels of 1 bit; an image with one number of up to 64 bits a voxel is expected");
  check_refused(file(70, 0), "its header does not say the type of its voxels (NIfTI data type 0)");
  check_refused(file(70, 3), "NIfTI data type 3, which does not exist");
  check_refused(file(68, 3006), "it is a CIFTI file");
  save(folder / "b.nii", with(nifti_bytes({2, 2, 2}), 108, 352.5f));
  check_refused(folder / "b.nii", "its voxels start at byte 352.5; it is damaged");
  check_one_warning(file(254, 300), "has the code 300 for its sform, which does not exist; it counts as one above 0");
  check_one_warning(file(252, -7), "has the code -7 for its qform, which does not exist; it counts as 0");
}

TEST_CASE("write_volume: a place that float32 cannot keep is refused for NIfTI, and kept to 1e-4 mm by NRRD and MetaImage") {
  const TempFolder folder;
  const auto error_of = [&](const std::string& name, const Volume& volume) {
    NodeRunner writer("io.write_volume", {{"path", folder / name}});
    writer.input("volume", volume);
    return writer.error_of_run();
  };
  Volume volume = oblique_volume({4, 4, 4});
  volume.geometry.origin = {123456.789, -98765.4321, 1000};
  CHECK(error_of("a.nii", volume) == "");
  CHECK(geometry_distance(read_back(folder / "a.nii").geometry, volume.geometry) < 123456.789 * 6e-8);
  volume.geometry.spacing = {1e-3, 1e-3, 1e-3};
  CHECK(says(error_of("b.nii.gz", volume), "NIfTI-1 keeps places as 32-bit float, which would move the image by up to "));
  CHECK(folder.names() == std::vector<std::string>{"a.nii"});
  for (const std::string name : {"a.nrrd", "a.mha"}) {
    CHECK(error_of(name, volume) == "");
    CHECK(geometry_distance(read_back(folder / name).geometry, volume.geometry) < 1e-9);
  }
}

TEST_CASE("dicom: slices that nearly share a position are several volumes in a stack of any size") {
  const auto error_of = [](const std::vector<double>& heights, bool with_sizes) {
    const TempFolder folder;
    for (std::size_t i = 0; i < heights.size(); ++i) {
      DicomSliceFile slice;
      slice.position = {0, 0, heights[i]};
      DicomData data = slice_data(slice);
      if (!with_sizes) data.remove(0x00180050).remove(0x00180088);
      save_dicom(folder / std::to_string(i), data);
    }
    return read_error(folder.path().string());
  };
  for (const bool with_sizes : {true, false}) {
    CHECK(says(error_of({0, 0.01, 3}, with_sizes), "so it contains more than one volume: 3 slices lie at 2 positions"));
    CHECK(says(error_of({0, 3, 3.01}, with_sizes), "so it contains more than one volume: 3 slices lie at 2 positions"));
    CHECK(says(error_of({0, 0.01, 3, 6, 9}, with_sizes), "so it contains more than one volume: 5 slices lie at 4 positions"));
    CHECK(says(error_of({0, 3, 300}, with_sizes), "not evenly spaced: 297 mm between"));
  }
  CHECK(says(error_of({0, 0.01, 3, 3.01, 6, 6.01}, true), "6 slices lie at 3 positions, which makes 2 volumes"));
  CHECK(says(error_of({0, 3, 6, 600}, true), "not evenly spaced: 594 mm between"));
}

TEST_CASE("dicom: a distance between slices that contradicts their positions is one warning, by any ratio") {
  const auto warnings_with = [](double gap, double said, double thickness, double tilt = 0) {
    const TempFolder folder;
    for (int i = 0; i < 4; ++i) {
      DicomSliceFile slice;
      slice.position = {0, tilt * gap * i, gap * i};
      save_dicom(folder / std::to_string(i), slice_data(slice).decimals(0x00180050, {thickness}).decimals(0x00180088, {said}));
    }
    return read_dicom(folder.path().string(), tilt != 0).warnings;
  };
  for (const auto& [gap, said] : {std::pair{5.0, 3.3}, {3.0, 5.0}, {3.0, 2.0}, {4.0, 3.5}, {3.0, 30.0}}) {
    const auto warnings = warnings_with(gap, said, 0.2);
    REQUIRE(warnings.size() == 1);
    CHECK_MESSAGE(says(warnings[0], " mm apart, but Spacing Between Slices (0018,0088) says "), warnings[0]);
    CHECK(says(warnings[0], " mm; the distance of the positions is taken"));
  }
  CHECK(warnings_with(3, 3.01, 1).empty());
  CHECK(warnings_with(5, -5, 1).empty());
  CHECK(warnings_with(5, 1, 4).empty());                                // the room between slices
  CHECK(warnings_with(5, 5 * std::hypot(1, 0.3), 4, 0.3).size() == 1);  // along the table; the warning is that of the shear
}
