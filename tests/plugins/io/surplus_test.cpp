// More bytes than a header promises, and numbers that the images of the framework cannot keep: never in silence.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kPlaced = "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 1 1 1\n";

std::string meta(const std::string& type, const std::string& fields = "", const std::string& data = "LOCAL") {
  return "NDims = 3\nDimSize = 2 1 1\n" + kPlaced + fields + "ElementType = " + type + "\nElementDataFile = " + data + "\n";
}

std::string nrrd(const std::string& encoding, const std::string& fields = "", const std::string& type = "uchar") {
  return "NRRD0005\ntype: " + type + "\ndimension: 3\nsizes: 2 1 1\nendian: little\nencoding: " + encoding +
         "\nspace: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n" + fields + "\n";
}

template <class T>
std::string raw(std::initializer_list<T> numbers) {
  return {reinterpret_cast<const char*>(numbers.begin()), numbers.size() * sizeof(T)};
}

std::string zipped(const std::string& bytes) {
  const Bytes packed = gzipped(Bytes(bytes.begin(), bytes.end()));
  return {packed.begin(), packed.end()};
}

/// The image is read with these voxels and one warning, which has these words.
void check_warns(const std::string& file, const std::string& words, const std::vector<float>& voxels) {
  CAPTURE(file);
  REQUIRE(read_error(file) == "");
  const ReadImage read = read_with(file);
  CHECK(read.volume.voxels == voxels);
  REQUIRE(read.warnings.size() == 1);
  CHECK_MESSAGE(says(read.warnings[0], words), read.warnings[0]);
}

}  // namespace

TEST_CASE(
    "surplus: a NIfTI file that is longer than its header says is read with a warning that names both numbers of "
    "bytes") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({2, 1, 1}, 2);
  save(folder / "exact.nii", bytes);
  CHECK(read_with(folder / "exact.nii").warnings.empty());
  save(folder / "exact.nii.gz", gzipped(bytes));
  CHECK(read_with(folder / "exact.nii.gz").warnings.empty());
  bytes.push_back(7);
  save(folder / "a.nii", bytes);
  check_warns(folder / "a.nii",
              "its header promises 2 x 1 x 1 voxels, which take 2 bytes, but 3 bytes are there; what comes behind", {0, 1});
  save(folder / "a.nii.gz", gzipped(bytes));
  check_warns(folder / "a.nii.gz", "which take 2 bytes, but 3 bytes come out of its compressed data", {0, 1});
  bytes.pop_back();
  Bytes packed = gzipped(bytes);
  const std::string size = std::to_string(packed.size());
  for (int i = 0; i < 5; ++i) packed.push_back(0);
  save(folder / "b.nii.gz", packed);
  check_warns(folder / "b.nii.gz", "which take 2 bytes, but 5 more bytes follow its " + size + " bytes of compressed data",
              {0, 1});
  Bytes members = gzipped(bytes);
  const Bytes second = gzipped({1, 2, 3});
  members.insert(members.end(), second.begin(), second.end());
  save(folder / "c.nii.gz", members);
  check_warns(folder / "c.nii.gz", "which take 2 bytes, but 5 bytes come out of its compressed data", {0, 1});
}

TEST_CASE("surplus: NRRD and MetaImage in any encoding, the voxels in the header's file or in another, are warned of alike") {
  const TempFolder folder;
  save(folder / "data.raw", "abcde");
  save(folder / "data.gz", zipped("abcde"));
  const std::string rest = "which take 2 bytes, but ";
  for (const auto& [name, text, words] :
       {std::tuple{"a.nrrd", nrrd("raw") + "abcde", rest + "5 bytes are there"},
        {"b.nrrd", nrrd("gzip") + zipped("abcde"), rest + "5 bytes come out of its compressed data"},
        {"c.nrrd", nrrd("gzip") + zipped("ab") + "xyz", rest + "3 more bytes follow its "},
        {"d.nhdr", nrrd("raw", "data file: data.raw\n"), rest + "in 'data.raw' 5 bytes are there"},
        {"e.nhdr", nrrd("gzip", "data file: data.gz\n"), rest + "in 'data.gz' 5 bytes come out"},
        {"f.mha", meta("MET_UCHAR") + "abcde", rest + "5 bytes are there"},
        {"g.mhd", meta("MET_UCHAR", "", "data.raw"), rest + "in 'data.raw' 5 bytes are there"},
        {"h.mhd", meta("MET_UCHAR", "HeaderSize = 0\n", "data.raw"), rest + "in 'data.raw' 5 bytes are there"},
        {"i.mha", meta("MET_UCHAR", "CompressedData = True\n") + zipped("abcde"), rest + "5 bytes come out"}}) {
    save(folder / name, text);
    check_warns(folder / name, words, {'a', 'b'});
  }
  save(folder / "j.nrrd", nrrd("text") + "97 98 99\n");
  check_warns(folder / "j.nrrd", "which take 6 bytes, but 9 bytes of text are there", {'a', 'b'});
  save(folder / "k.nrrd", nrrd("hex") + "6162\n63");
  check_warns(folder / "k.nrrd", "which take 4 bytes, but 7 bytes of text are there", {'a', 'b'});
  save(folder / "l.mha", meta("MET_UCHAR", "BinaryData = False\n") + "97 98 99");
  check_warns(folder / "l.mha", "bytes of text are there", {'a', 'b'});
}

TEST_CASE("surplus: voxels at the end of their file, and white space behind text, are no surplus") {
  const TempFolder folder;
  save(folder / "data.raw", "xxxab");
  for (const auto& [name, text] : {std::pair{"a.nrrd", nrrd("raw", "byte skip: -1\n") + "xxxab"},
                                   {"b.mhd", meta("MET_UCHAR", "HeaderSize = -1\n", "data.raw")},
                                   {"c.nrrd", nrrd("text") + "97 98 \n\n"},
                                   {"d.nrrd", nrrd("hex") + "6162\n \n"},
                                   {"e.mhd", meta("MET_UCHAR", "HeaderSize = 3\n", "data.raw")}}) {
    save(folder / name, text);
    CAPTURE(name);
    CHECK(read_with(folder / name).warnings.empty());
    CHECK(read_back(folder / name).voxels == std::vector<float>{'a', 'b'});
  }
}

TEST_CASE("surplus: Pixel Data of DICOM longer than the header promises are one warning a series, padding is none") {
  const TempFolder folder;
  const auto with = [](std::size_t bytes, double z) {
    DicomSliceFile slice;
    slice.position = {0, 0, z};
    return slice_data(slice).bytes(0x7fe00010, "OW", Bytes(bytes, 1));
  };
  for (int i = 0; i < 3; ++i) save_dicom(folder / std::to_string(i), with(24, 3.0 * i));
  CHECK(read_dicom(folder.path().string()).warnings.empty());
  for (int i = 1; i < 3; ++i) save_dicom(folder / std::to_string(i), with(48, 3.0 * i));
  const ReadDicom read = read_dicom(folder.path().string());
  REQUIRE(read.warnings.size() == 1);
  CHECK(says(read.warnings[0],
             "promises 4 x 3 x 1 voxels, which take 24 bytes, but its Pixel Data have 48, and so in 2 files in all"));
  DicomData odd = slice_data({.size = {3, 1}});
  odd.shorts(0x00280100, {8}).shorts(0x00280101, {8}).shorts(0x00280102, {7}).bytes(0x7fe00010, "OB", {1, 2, 3, 0});
  save_dicom(folder / "odd.dcm", odd);
  CHECK(!says(read_dicom(folder / "odd.dcm").warnings.empty() ? "" : read_dicom(folder / "odd.dcm").warnings[0], "Pixel Data"));
  DicomData frames = enhanced({10, 13});
  save_dicom(folder / "frames.dcm", frames.bytes(0x7fe00010, "OW", Bytes(72, 1)));
  REQUIRE(read_dicom(folder / "frames.dcm").warnings.size() == 1);
  CHECK(says(read_dicom(folder / "frames.dcm").warnings[0], "4 x 3 x 2 voxels, which take 48 bytes, but its Pixel Data have 72"));
}

TEST_CASE("meta: whether a long has 4 or 8 bytes is decided by the bytes that are there, or refused") {
  const TempFolder folder;
  const std::string four = raw<std::int32_t>({5, -6}), eight = raw<std::int64_t>({5, -6});
  save(folder / "four.raw", four);
  save(folder / "eight.raw", eight);
  save(folder / "headed.raw", "head" + four);
  const std::string packed = "CompressedData = True\n";
  for (const auto& [name, text] : {std::pair{"a.mha", meta("MET_LONG") + four},
                                   {"b.mhd", meta("MET_LONG", "", "four.raw")},
                                   {"c.mha", meta("MET_LONG", packed) + zipped(four)},
                                   {"d.mhd", meta("MET_LONG", "HeaderSize = 4\n", "headed.raw")},
                                   {"e.mhd", meta("MET_LONG", "HeaderSize = -1\n", "headed.raw")},
                                   {"f.mha", meta("MET_LONG", "BinaryData = False\n") + "5 -6"}}) {
    save(folder / name, text);
    CAPTURE(name);
    CHECK(read_error(folder / name) == "");
    CHECK(read_with(folder / name).warnings.empty());
    CHECK(read_back(folder / name).voxels == std::vector<float>{5, -6});
  }
  for (const auto& [name, text] : {std::pair{"g.mha", meta("MET_LONG") + eight},
                                   {"h.mhd", meta("MET_LONG", "", "eight.raw")},
                                   {"i.mha", meta("MET_LONG", packed) + zipped(eight)}}) {
    save(folder / name, text);
    check_warns(folder / name, "ElementType = MET_LONG, which has 4 or 8 bytes; its data have 8 bytes a voxel", {5, -6});
  }
  save(folder / "j.mha", meta("MET_ULONG") + raw<std::uint64_t>({5, 6}));
  check_warns(folder / "j.mha", "ElementType = MET_ULONG, which has 4 or 8 bytes", {5, 6});
  for (const auto& [name, text] : {std::pair{"k.mha", meta("MET_LONG") + four + "xy"},
                                   {"l.mha", meta("MET_LONG") + eight + "xy"},
                                   {"m.mha", meta("MET_ULONG", packed) + zipped(eight + "xy")},
                                   {"n.mhd", meta("MET_LONG", "HeaderSize = -1\n", "eight.raw")}}) {
    save(folder / name, text);
    CHECK_MESSAGE(says(read_error(folder / name), "it has 4 or 8 bytes a voxel, as the writing program had it (8 or 16 bytes)"),
                  name);
  }
  save(folder / "o.mha", meta("MET_LONG") + "1234567");
  CHECK(says(read_error(folder / "o.mha"), "which take 8 bytes, but only 7 are there"));
}

TEST_CASE(
    "numbers: values beyond the range of 32-bit float are refused as that, whatever 'nan' says, infinite ones are not "
    "finite") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({2, 2, 1}, 64);
  put(bytes, 352 + 8 * 2, -1e300);
  save(folder / "a.nii", bytes);
  const std::string words =
      "1 of its 4 voxels are beyond the range of 32-bit float (3.4e+38), in which images are kept here; the first is "
      "-1e+300 at (0, 1, 0)";
  CHECK(says(read_error(folder / "a.nii"), words));
  CHECK(says(NodeRunner("io.read_volume", {{"path", folder / "a.nii"}, {"nan", std::string("zero")}}).error_of_run(), words));
  put(bytes, 352 + 8 * 2, std::numeric_limits<double>::infinity());
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "1 of its 4 voxels are not finite"));
  Bytes scaled = nifti_bytes({2, 2, 1}, 4);
  put(scaled, 112, 3e38f);
  save(folder / "b.nii", scaled);
  CHECK(says(read_error(folder / "b.nii"), "2 of its 4 voxels are beyond the range of 32-bit float"));
  save(folder / "c.nrrd", nrrd("text", "", "double") + "1 1e39");
  CHECK(says(read_error(folder / "c.nrrd"), "1 of its 2 voxels are beyond the range"));
  save_dicom(folder / "d.dcm", slice_data({}).decimals(0x00281053, {1e38}).decimals(0x00281052, {0}));
  CHECK(says(read_error(folder / "d.dcm"), "voxels are beyond the range of 32-bit float"));
}

TEST_CASE("numbers: whole numbers above 2^24 that become others are one warning, fractions and those that stay are none") {
  const TempFolder folder;
  const auto warnings_of = [&](const std::string& type, const std::string& bytes) {
    save(folder / "a.mha", meta(type) + bytes);
    return read_with(folder / "a.mha").warnings;
  };
  const std::string words =
      "1 of its voxels are whole numbers above 16777216 (2^24) that 32-bit float, in which images are kept here, "
      "cannot keep: the first is 16777217 at (1, 0, 0), which becomes 16777216";
  for (const auto& [type, bytes] : {std::pair{"MET_INT", raw<std::int32_t>({1, 16777217})},
                                    {"MET_UINT", raw<std::uint32_t>({1, 16777217})},
                                    {"MET_LONG_LONG", raw<std::int64_t>({1, 16777217})},
                                    {"MET_ULONG_LONG", raw<std::uint64_t>({1, 16777217})},
                                    {"MET_DOUBLE", raw<double>({1, 16777217})}}) {
    const auto warnings = warnings_of(type, bytes);
    CAPTURE(type);
    REQUIRE(warnings.size() == 1);
    CHECK(says(warnings[0], words));
  }
  CHECK(warnings_of("MET_INT", raw<std::int32_t>({-16777216, 33554432})).empty());
  CHECK(warnings_of("MET_DOUBLE", raw<double>({0.5, 16777217})).empty());
  CHECK(warnings_of("MET_DOUBLE", raw<double>({0, 1e25})).empty());
  CHECK(
      warnings_of("MET_LONG_LONG", raw<std::int64_t>({std::int64_t{1} << 62, std::numeric_limits<std::int64_t>::min()})).empty());
  CHECK(warnings_of("MET_LONG_LONG", raw<std::int64_t>({0, std::numeric_limits<std::int64_t>::max()})).size() == 1);
  CHECK(warnings_of("MET_ULONG_LONG", raw<std::uint64_t>({0, std::numeric_limits<std::uint64_t>::max()})).size() == 1);
}

TEST_CASE("text: a voxel that is no number of the header's type is refused") {
  const TempFolder folder;
  for (const std::string text : {"1 70000", "317.7 1", "-32769 0", "1 32768", "nan 1"}) {
    save(folder / "a.nrrd", nrrd("text", "", "short") + text + "\n");
    CHECK_MESSAGE(says(read_error(folder / "a.nrrd"), "is no number of the type that its header names"), text);
  }
  save(folder / "a.nrrd", nrrd("text", "", "short") + "-32768 32767\n");
  CHECK(read_error(folder / "a.nrrd") == "");
  save(folder / "a.nrrd", nrrd("text", "", "float") + "317.7 1\n");
  CHECK(read_error(folder / "a.nrrd") == "");
  save(folder / "a.mha", meta("MET_SHORT", "BinaryData = False\n") + "1 70000\n");
  CHECK(says(read_error(folder / "a.mha"), "is no number of the type that its header names"));
}
