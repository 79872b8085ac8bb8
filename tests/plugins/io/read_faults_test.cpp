#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

/// The reading fails, in one line, with the file's name and these words.
void check_fails(const std::string& path, const std::string& start) {
  const std::string error = read_error(path);
  CAPTURE(error);
  CHECK(error.starts_with("cannot read '" + path + "': " + start));
  CHECK(error.find('\n') == std::string::npos);
  CHECK(error.find("0x") == std::string::npos);
  CHECK(error.find(".cxx") == std::string::npos);
}

void write(const std::string& path, const Volume& volume, bool compress) {
  NodeRunner writer("io.write_volume", {{"path", path}, {"compress", compress}});
  writer.input("volume", volume);
  writer.run();
}

void cut(const std::string& path, double share) {
  Bytes bytes = load(path);
  bytes.resize(static_cast<std::size_t>(static_cast<double>(bytes.size()) * share));
  save(path, bytes);
}

Bytes with(Bytes bytes, std::size_t place, float value) {
  put(bytes, place, value);
  return bytes;
}

Bytes with_size(Bytes bytes, std::size_t axis, int size) {
  put(bytes, 40 + 2 * axis, static_cast<std::int16_t>(size));
  return bytes;
}

}  // namespace

TEST_CASE("read_volume: missing, empty and unknown files are told apart") {
  const TempFolder folder;
  save(folder / "empty.nii.gz", "");
  save(folder / "a.jpeg", "no image");
  save(folder / "text.nii", "this is a text");
  save(folder / "text.nrrd", "this is a text");
  save(folder / "text.mha", "this is a text");
  save(folder / "text.dcm", "this is a text");
  check_fails(folder / "missing.nii", "there is no such file");
  check_fails(folder / "empty.nii.gz", "the file is empty");
  check_fails(folder / "a.jpeg",
              "the ending of its name says no known format; one of .nii.gz, .nii, .nrrd, .mha, .nhdr, .mhd, .dcm is expected");
  check_fails(folder / "text.nii", "its name says NIfTI, but it is a text that begins with 'this is a text'");
  check_fails(folder / "text.nrrd", "its name says NRRD, but it is a text that begins with 'this is a text'");
  check_fails(folder / "text.mha", "its name says MetaImage, but it is a text that begins with 'this is a text'");
  check_fails(folder / "text.dcm", "its name says DICOM, but it is a text that begins with 'this is a text'");
  check_fails(folder.path().string(),
              "this folder contains no DICOM image; 1 file in it cannot be read as DICOM: 'text.dcm' is a text that "
              "begins with 'this is a text'; give an image file");
  std::filesystem::remove(folder / "text.dcm");
  check_fails(folder.path().string(), "this folder contains no DICOM image; give an image file");
  check_fails("/dev/null", "it is a device; an image file is expected");
}

TEST_CASE("read_volume: a NIfTI file cut at any place is an error, never zeros") {
  const TempFolder folder;
  Volume volume = oblique_volume({40, 40, 40});
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) volume.voxels[i] = std::sin(static_cast<float>(i * i));
  for (const double share : {0.002, 0.01, 0.3, 0.5, 0.9, 0.99, 0.99999}) {
    CAPTURE(share);
    write(folder / "a.nii.gz", volume, true);
    cut(folder / "a.nii.gz", share);
    check_fails(folder / "a.nii.gz", share < 0.003 ? "" : "its compressed data stop in the middle, so the file is cut");
    write(folder / "a.nii", volume, false);
    cut(folder / "a.nii", share);
    check_fails(folder / "a.nii",
                share < 0.0013 ? "" : "its header promises 40 x 40 x 40 voxels, which take 256000 bytes, but only ");
  }
}

TEST_CASE("read_volume: NRRD and MetaImage files that are cut are errors") {
  const TempFolder folder;
  Volume volume = oblique_volume({40, 40, 40});
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) volume.voxels[i] = std::sin(static_cast<float>(i * i));
  for (const std::string name : {"a.nrrd", "a.mha"}) {
    for (const double share : {0.01, 0.5, 0.99, 0.99999}) {
      CAPTURE(share);
      write(folder / name, volume, true);
      cut(folder / name, share);
      check_fails(folder / name, "its compressed data stop in the middle, so the file is cut");
      write(folder / name, volume, false);
      cut(folder / name, share);
      check_fails(folder / name, "its header promises 40 x 40 x 40 voxels");
    }
  }
}

TEST_CASE("read_volume: a flipped byte in compressed voxels is noticed") {
  const TempFolder folder;
  for (const std::string name : {"a.nii.gz", "a.nrrd", "a.mha"}) {
    CAPTURE(name);
    write(folder / name, oblique_volume({30, 30, 30}), true);
    Bytes bytes = load(folder / name);
    bytes[bytes.size() * 3 / 4] ^= 0x55;
    save(folder / name, bytes);
    CHECK(read_error(folder / name).starts_with("cannot read '" + (folder / name) + "': its compressed data"));
  }
}

TEST_CASE("read_volume: headers that promise more than the file holds take no memory") {
  const TempFolder folder;
  Bytes huge = nifti_bytes({2, 2, 2});
  for (std::size_t axis = 1; axis <= 3; ++axis) put<std::int16_t>(huge, 40 + 2 * axis, 32767);
  save(folder / "a.nii", huge);
  check_fails(folder / "a.nii", "its header promises 32767 x 32767 x 32767 voxels, which no image has");
  save(folder / "b.nii.gz", gzipped(with_size(with_size(nifti_bytes({2, 2, 2}), 1, 30000), 2, 30000)));
  check_fails(folder / "b.nii.gz", "its header promises 30000 x 30000 x 2 voxels, which take 7200000000 bytes");
  save(folder / "c.nii.gz", gzipped(with_size(nifti_bytes({2, 2, 2}), 3, 3)));
  check_fails(folder / "c.nii.gz", "its voxels stop early, after 8 of 12");
  save(folder / "a.nrrd",
       "NRRD0004\ntype: float\ndimension: 3\nsizes: 900000 900000 900000\nencoding: raw\nendian: little\n\nabc");
  check_fails(folder / "a.nrrd", "its header promises 900000 x 900000 x 900000 voxels");
  save(folder / "a.mha",
       "ObjectType = Image\nNDims = 3\nDimSize = 4000 4000 4000\nElementType = MET_FLOAT\nElementDataFile = LOCAL\nabc");
  check_fails(folder / "a.mha",
              "its header promises 4000 x 4000 x 4000 voxels, which take 256000000000 bytes, but only 3 are there");
}

TEST_CASE("read_volume: images that are not 3D with one number a voxel say what they are") {
  const TempFolder folder;
  save(folder / "2d.nii", nifti_bytes({4, 3}));
  check_fails(folder / "2d.nii", "it is 2D (4 x 3); a 3D image is expected");
  save(folder / "4d.nii", nifti_bytes({4, 3, 2, 5}));
  check_fails(folder / "4d.nii", "it is 4D (4 x 3 x 2 x 5), so it contains several volumes; a single 3D image is expected");
  Bytes vector = nifti_bytes({4, 3, 2, 1, 3});
  put<std::int16_t>(vector, 68, 1007);
  save(folder / "vector.nii", vector);
  check_fails(folder / "vector.nii", "it has 3 numbers a voxel (vector)");
  save(folder / "complex.nii", nifti_bytes({4, 3, 2}, 32));
  check_fails(folder / "complex.nii", "it has 2 numbers a voxel (complex)");
  save(folder / "rgb.nii", nifti_bytes({4, 3, 2}, 128));
  check_fails(folder / "rgb.nii", "it has 3 numbers a voxel (rgb)");
  save(folder / "rgb.mha",
       "ObjectType = Image\nNDims = 3\nDimSize = 2 1 1\nElementNumberOfChannels = 3\nElementType = MET_UCHAR\n"
       "ElementDataFile = LOCAL\nabcdef");
  check_fails(folder / "rgb.mha", "it has 3 numbers a voxel");
}

TEST_CASE("read_volume: voxel sizes and axes that cannot be are refused") {
  const TempFolder folder;
  for (const float size : {0.0f, -1.0f, NAN, INFINITY}) {
    Bytes by_qform = with(nifti_bytes({2, 2, 2}), 84, size);
    put<std::int16_t>(by_qform, 252, 1);
    put<std::int16_t>(by_qform, 254, 0);
    save(folder / "a.nii", by_qform);
    check_fails(folder / "a.nii", "its voxel size is 1 x ");
    put<std::int16_t>(by_qform, 252, 0);
    save(folder / "a.nii", by_qform);
    check_fails(folder / "a.nii", "its voxel size is 1 x ");
    // The sform does not need it.
    save(folder / "a.nii", with(nifti_bytes({2, 2, 2}), 84, size));
    CHECK(read_back(folder / "a.nii").geometry.spacing == std::array<double, 3>{1, 1, 1});
  }
  save(folder / "a.mha",
       "ObjectType = Image\nNDims = 3\nDimSize = 2 1 1\nElementSpacing = 1 0 1\nElementType = MET_UCHAR\n"
       "ElementDataFile = LOCAL\nab");
  check_fails(folder / "a.mha", "its voxel size is 1 x 0 x 1 mm; each must be above 0");
  save(folder / "b.mha",
       "ObjectType = Image\nNDims = 3\nDimSize = 2 1 1\nTransformMatrix = 1 0 0 1 0 0 0 0 1\nElementType = MET_UCHAR\n"
       "ElementDataFile = LOCAL\nab");
  check_fails(folder / "b.mha", "its axes [1 1 0 0 0 0 0 0 1] lie in one plane");
  save(folder / "b.nii", with(nifti_bytes({2, 2, 2}), 280, NAN));
  check_fails(folder / "b.nii", "its place in the world (sform) is not finite");
  save(folder / "c.nii", with(nifti_bytes({2, 2, 2}), 292, INFINITY));
  check_fails(folder / "c.nii", "its place in the world (sform) is not finite");
  save(folder / "d.nii", with(nifti_bytes({2, 2, 2}), 280, 0));
  check_fails(folder / "d.nii", "its voxel size is 0 x 1 x 1 mm; each must be above 0");
  save(folder / "e.nii", with(nifti_bytes({2, 2, 2}), 284, 0.5f));
  check_fails(folder / "e.nii", "its axes are not at right angles");
}

TEST_CASE("read_volume: a header whose voxels are in another file names the missing file") {
  const TempFolder folder;
  save(folder / "a.mhd", "ObjectType = Image\nNDims = 3\nDimSize = 2 1 1\nElementType = MET_UCHAR\nElementDataFile = a.raw\n");
  check_fails(folder / "a.mhd", "its voxels are in '" + (folder / "a.raw") + "', which is missing");
  save(folder / "a.nhdr", "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nencoding: raw\ndata file: a.raw\n\n");
  check_fails(folder / "a.nhdr", "its voxels are in '" + (folder / "a.raw") + "', which is missing");
  save(folder / "a.raw", "ab");
  save(folder / "b.mha", "ObjectType = Image\nNDims = 3\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nab");
  check_fails(folder / "b.mha", "it is not a MetaImage file, or its header is damaged: it has no 'DimSize'");
  save(folder / "c.mha", "ObjectType = Image\nNDims : -3\nDimSize = 2 1 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nab");
  check_fails(folder / "c.mha", "its MetaImage header says NDims = -3; 3 is expected");
  CHECK(read_back(folder / "a.mhd").voxels == std::vector<float>{'a', 'b'});
  CHECK(read_back(folder / "a.nhdr").voxels == std::vector<float>{'a', 'b'});
}

TEST_CASE("read_volume: a NIfTI-2 file without its mark is refused") {
  const TempFolder folder;
  Bytes bytes(600);
  put<std::int32_t>(bytes, 0, 540);
  save(folder / "a.nii", bytes);
  check_fails(folder / "a.nii", "it has the length of a NIfTI-2 header, but not its mark");
}

TEST_CASE("read_volume: a NIfTI-2 mark whose line ends were changed, as by a copy in text mode, is refused") {
  const TempFolder folder;
  for (const std::string& ends : {std::string("\0\n\x1a\n\0", 5), std::string("\0\r\r\n\x1a", 5)}) {
    Bytes bytes(600);
    put<std::int32_t>(bytes, 0, 540);
    const std::string mark = "n+2" + ends;
    for (std::size_t i = 0; i < mark.size(); ++i) put<char>(bytes, 4 + i, mark[i]);
    save(folder / "a.nii", bytes);
    check_fails(folder / "a.nii", "the line ends in the mark of its NIfTI-2 header were changed");
  }
}

TEST_CASE("read_volume: sizes and numbers of dimensions that cannot be are told") {
  const TempFolder folder;
  save(folder / "a.nii", with_size(nifti_bytes({4, 3, 2}), 1, -4));
  check_fails(folder / "a.nii", "its header promises -4 x 3 x 2 voxels, which no image has; the header is damaged");
  save(folder / "b.nii", with_size(nifti_bytes({4, 3, 2}), 0, 9));
  check_fails(folder / "b.nii", "its header says that it has 9 dimensions; it is damaged");
  save(folder / "c.nii", with_size(nifti_bytes({4, 3, 2}), 0, -1));
  check_fails(folder / "c.nii", "its header says that it has -1 dimensions; it is damaged");
  save(folder / "d.nii", with(nifti_bytes({4, 3, 2}), 108, 9e8f));
  check_fails(folder / "d.nii", "its header promises 4 x 3 x 2 voxels, which take 96 bytes, but only 0 are there");
  save(folder / "e.nii", with(nifti_bytes({4, 3, 2}), 108, NAN));
  check_fails(folder / "e.nii", "its header says that its voxels start at byte nan; it is damaged");
}

TEST_CASE("read_volume: a number of bits that is not the data type's is a warning, and the data type counts") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({4, 3, 2});
  put<std::int16_t>(bytes, 72, 16);
  save(folder / "a.nii", bytes);
  NodeRunner reader("io.read_volume", {{"path", folder / "a.nii"}});
  reader.run();
  REQUIRE(reader.warnings().size() == 1);
  CHECK(reader.warnings().front() ==
        "'" + (folder / "a.nii") +
            "': its header says that a voxel has 16 bits, but its data type has 32; the data type is believed");
}

TEST_CASE("read_volume: a small file that inflates far beyond its header is read in its own size") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({4, 3, 2});
  bytes.resize(std::size_t{64} << 20);
  save(folder / "a.nii.gz", gzipped(bytes));
  CHECK(load(folder / "a.nii.gz").size() < 100'000);
  CHECK(read_back(folder / "a.nii.gz").voxels.size() == 24);
}

TEST_CASE("read_volume: NRRD and MetaImage headers that ITK would believe too much are refused") {
  const TempFolder folder;
  const std::string nrrd = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nencoding: raw\n";
  const auto with_sizes = [&](const std::string& sizes) {
    return std::string(nrrd).replace(nrrd.find("2 1 1"), 5, sizes) + "\nab";
  };
  for (const std::string sizes : {"4294967297 1 1", "-2 1 1", "2 1", "2 1 1 1", "2 1 x", "0 1 1"}) {
    CAPTURE(sizes);
    save(folder / "a.nrrd", with_sizes(sizes));
    check_fails(folder / "a.nrrd", "its header says that it has 3 dimensions and '" + sizes + "' voxels along them");
  }
  save(folder / "b.nrrd", nrrd + "sizes:=1 1 1\n\nab");  // a remark, not a field
  CHECK(read_back(folder / "b.nrrd").voxels == std::vector<float>{'a', 'b'});
  save(folder / "c.nrrd", nrrd + "sizes: 1 1 1\n\nab");
  check_fails(folder / "c.nrrd", "its NRRD header has 'sizes' twice; it is damaged");
  save(folder / "d.nrrd", nrrd + "content: " + std::string(70000, 'x') + "\n\nab");
  check_fails(folder / "d.nrrd", "its NRRD header has a line of more than 65536 bytes; it is damaged");
  save(folder / "e.nhdr", nrrd + "data file: LIST\na.raw\n");
  check_fails(folder / "e.nhdr", "its voxels are in several files, which are not read here");
  const std::string meta = "NDims = 3\nDimSize = 2 1 1\nElementType = MET_UCHAR\n";
  for (const std::string& line : {std::string(260, 'x') + " = 1", std::string("a line without a value"),
                                  std::string("NDims\0Comment = 1e308", 21), std::string("Comment = a\rNDims = 9")}) {
    save(folder / "k.mha", meta + line + "\nElementDataFile = LOCAL\nab");
    check_fails(folder / "k.mha",
                "its MetaImage header has a line that is no key of up to 200 bytes with '=' and a value behind it");
  }
  save(folder / "a.mha", "NDims = 3\nDimSize = 4294967298 1 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nab");
  check_fails(folder / "a.mha", "its header says that it has 3 dimensions and '4294967298 1 1' voxels along them");
  const Bytes packed = gzipped({'a', 'b'});
  save(folder / "b.mha", meta + "CompressedData = True\nCompressedDataSize = 1e308\nElementDataFile = LOCAL\n" +
                             std::string(packed.begin(), packed.end()));
  check_fails(folder / "b.mha", "its MetaImage header says CompressedDataSize = 1e308; a number of bytes is expected");
}
