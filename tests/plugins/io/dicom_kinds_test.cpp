// What DICOM files may be, and how they may be kept.
#include <doctest/doctest.h>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

constexpr std::uint32_t kPixels = 0x7fe00010;

void check_refused(const DicomData& data, const std::string& reason, const DicomLayout& layout = {}) {
  const TempFolder folder;
  save_dicom(folder / "a.dcm", data, layout);
  save_dicom(folder / "without_ending", data, layout);
  for (const std::string name : {"a.dcm", "without_ending"}) {
    const std::string error = read_error(folder / name);
    CAPTURE(error);
    CAPTURE(reason);
    CHECK(error.starts_with("cannot read '"));
    CHECK(error.find(reason) != std::string::npos);
  }
}

/// Without pixels.
DicomData document(const std::string& storage) {
  return DicomData().text(0x00080016, "UI", storage).text(0x0020000e, "UI", "1.2.3");
}

/// A frame of 4 x 3 16-bit voxels 0, 1, 2, ... as run lengths: all high bytes, then all low ones.
Bytes run_lengths() {
  Bytes bytes(64);
  const Bytes high{static_cast<unsigned char>(257 - 12), 0}, low{11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0};
  put<std::uint32_t>(bytes, 0, 2);
  put<std::uint32_t>(bytes, 4, 64);
  put<std::uint32_t>(bytes, 8, 66);
  bytes.insert(bytes.end(), high.begin(), high.end());
  bytes.insert(bytes.end(), low.begin(), low.end());
  return bytes;
}

}  // namespace

TEST_CASE("read_volume: DICOM is read with and without preamble, group 2 and value representations") {
  DicomSliceFile slice;
  slice.position = {1, 2, 3};
  for (const bool preamble : {true, false})
    for (const bool meta : {true, false})
      for (const bool with_forms : {true, false}) {
        const TempFolder folder;
        const std::string syntax = with_forms ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
        save_dicom(folder / "a", slice_data(slice), {preamble, meta, with_forms, false, syntax});
        CAPTURE(preamble);
        CAPTURE(meta);
        CAPTURE(with_forms);
        for (const std::string& path : {folder / "a", folder.path().string()}) {
          const ReadDicom read = read_dicom(path);
          CHECK(read.volume.voxels[11] == 11);
          CHECK(read.volume.geometry.origin == std::array<double, 3>{1, 2, 3});
          CHECK(read.warnings.empty());
        }
      }
}

TEST_CASE("read_volume: low values that are shown bright are turned round with one warning, those with a unit are kept") {
  const TempFolder folder;
  for (int i = 0; i < 3; ++i) {
    DicomSliceFile slice;
    slice.position = {0, 0, 3.0 * i};
    slice.rescaled = true;
    DicomData data = slice_data(slice);
    data.text(0x00280004, "CS", "MONOCHROME1").shorts(0x00280101, {12}).shorts(0x00280102, {11}).shorts(0x00280103, {0});
    save_dicom(folder / std::to_string(i), data);
  }
  const ReadDicom turned = read_dicom(folder.path().string());
  CHECK(turned.volume.voxels[1] == 2 * (4095 - 1) - 5);
  REQUIRE(turned.warnings.size() == 1);
  CHECK(turned.warnings[0] == "'" + folder.path().string() +
                                  "': it is kept as MONOCHROME1 (low values are shown bright); its values were turned round, so "
                                  "that high is bright as in other images");
  DicomData data = slice_data({});
  data.text(0x00280004, "CS", "MONOCHROME1").text(0x00080060, "CS", "CT");
  save_dicom(folder / "ct.dcm", data);
  const ReadDicom kept = read_dicom(folder / "ct.dcm");
  CHECK(kept.volume.voxels[1] == 1);
  REQUIRE(kept.warnings.size() == 1);
  CHECK(kept.warnings[0].find("its values have a unit and were left as they are") != std::string::npos);
}

TEST_CASE("read_volume: unused bits of DICOM voxels are no part of the values, and signs are kept") {
  const TempFolder folder;
  DicomData data = slice_data({});
  Bytes voxels(24);
  put<std::uint16_t>(voxels, 0, 0xf001);
  put<std::uint16_t>(voxels, 2, 0x0fff);
  data.bytes(kPixels, "OW", voxels).shorts(0x00280101, {12}).shorts(0x00280102, {11});
  save_dicom(folder / "a.dcm", data);
  CHECK(read_back(folder / "a.dcm").voxels[0] == 1);
  CHECK(read_back(folder / "a.dcm").voxels[1] == -1);
  save_dicom(folder / "a.dcm", data.shorts(0x00280103, {0}));
  CHECK(read_back(folder / "a.dcm").voxels[1] == 4095);
  Bytes bytes(12);
  bytes[3] = 200;
  data.bytes(kPixels, "OB", bytes).shorts(0x00280100, {8}).shorts(0x00280101, {8}).shorts(0x00280102, {7});
  save_dicom(folder / "a.dcm", data);
  CHECK(read_back(folder / "a.dcm").voxels[3] == 200);
}

TEST_CASE("read_volume: what has no voxels is named") {
  check_refused(document("1.2.840.10008.5.1.4.1.1.481.3"),
                "contains no image: it is a DICOM file of the kind 'RT Structure Set Storage'");
  check_refused(document("1.2.840.10008.5.1.4.1.1.88.22"), "'Enhanced SR");
  check_refused(document("1.2.840.10008.5.1.4.1.1.104.1"), "'Encapsulated PDF Storage'");
  check_refused(document("1.2.3.4.5"), "of the kind '1.2.3.4.5'");
  check_refused(document("1.2.840.10008.1.3.10"), "it is a DICOMDIR");
  check_refused(document("1.2.840.10008.5.1.4.1.1.30").bytes(0x7fe00008, "OF", Bytes(48)), "floating-point numbers");
}

TEST_CASE("read_volume: mosaics, segmentations, colours and values behind a table are refused") {
  check_refused(picture().text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC"), "it is a Siemens mosaic");
  check_refused(picture().text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.66.4"), "it is a DICOM segmentation");
  check_refused(picture().shorts(0x00280100, {1}), "one bit each");
  DicomData colours = picture();
  colours.shorts(0x00280002, {3}).text(0x00280004, "CS", "RGB").shorts(0x00280100, {8}).shorts(0x00280101, {8});
  check_refused(colours.shorts(0x00280102, {7}).bytes(kPixels, "OB", Bytes(36)), "3 numbers a voxel, which are colours (RGB)");
  check_refused(picture().text(0x00280004, "CS", "PALETTE COLOR"), "places in a table of colours");
  check_refused(picture().sequence(0x00283000, {DicomData()}), "Modality LUT Sequence");
}

TEST_CASE("read_volume: compressed DICOM is read where there is a decoder, else its compression is named") {
  const TempFolder folder;
  DicomData data = slice_data({});
  save_dicom(folder / "a.dcm", data.fragments(kPixels, {run_lengths()}), {.syntax = "1.2.840.10008.1.2.5"});
  const Volume volume = read_dicom(folder / "a.dcm").volume;
  for (std::size_t i = 0; i < 12; ++i) CHECK(volume.voxels[i] == static_cast<float>(i));
  data = enhanced({13, 10});
  save_dicom(folder / "a.dcm", data.fragments(kPixels, {run_lengths(), run_lengths()}), {.syntax = "1.2.840.10008.1.2.5"});
  CHECK(read_dicom(folder / "a.dcm").volume.voxels[23] == 11);
  data.fragments(kPixels, {run_lengths(), run_lengths(), run_lengths()});
  check_refused(data, "its 2 compressed frames come in 3 parts", {.syntax = "1.2.840.10008.1.2.5"});
  const Bytes video(4096);
  data = slice_data({});
  data.fragments(kPixels, {video});
  check_refused(data, "no decoder here (transfer syntax 'MPEG2 Main Profile", {.syntax = "1.2.840.10008.1.2.4.100"});
  check_refused(data, "no decoder here (transfer syntax '1.2.840.10008.1.2.4.201')", {.syntax = "1.2.840.10008.1.2.4.201"});
  check_refused(data, "do not begin and end as a picture of their kind does", {.syntax = "1.2.840.10008.1.2.4.70"});
  check_refused(data, "transfer syntax '1.2.840.10008.1.2.2' is not one that is read here", {.syntax = "1.2.840.10008.1.2.2"});
}

TEST_CASE("read_volume: a lossless JPEG has its values, and a cut one is refused instead of filled up") {
  const TempFolder folder;
  const Bytes jpeg{0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00,
                   0x01, 0x00, 0x01, 0x00, 0x00, 0xff, 0xc3, 0x00, 0x0b, 0x10, 0x00, 0x02, 0x00, 0x03, 0x01,
                   0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x16, 0x00, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00,
                   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x05, 0x10, 0xff, 0xda, 0x00,
                   0x08, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, 0xce, 0xf5, 0x5d, 0xff, 0x00, 0xff, 0xd9};
  DicomSliceFile slice;
  slice.size = {3, 2};
  DicomData data = slice_data(slice);
  save_dicom(folder / "a.dcm", data.fragments(kPixels, {jpeg}), {.syntax = "1.2.840.10008.1.2.4.70"});
  CHECK(read_back(folder / "a.dcm").voxels == std::vector<float>{0, 7, 14, 21, 28, 35});
  check_refused(data.fragments(kPixels, {Bytes(jpeg.begin(), jpeg.end() - 4)}),
                "do not begin and end as a picture of their kind does", {.syntax = "1.2.840.10008.1.2.4.70"});
}

TEST_CASE("read_volume: a compressed picture of another size than DICOM says is refused before it is decoded") {
  Bytes jpeg{0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x00, 0x00, 0xff, 0xc3, 0x00, 0x0b,
             16,   0x00, 100,  0x00, 4,    1,    1,    0x11, 0,    0xff, 0xda};
  jpeg.resize(64);
  jpeg.insert(jpeg.end(), {0xff, 0xd9});
  check_refused(slice_data({}).fragments(kPixels, {jpeg}),
                "its compressed picture has 4 x 100 voxels of 1 x 16 bits, but its DICOM header says 4 x 3 of 1 x 16",
                {.syntax = "1.2.840.10008.1.2.4.70"});
  Bytes wavelets(64);
  const Bytes start{0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0, 0, 0, 0, 9, 0, 0, 0, 3};
  std::copy(start.begin(), start.end(), wavelets.begin());
  wavelets[41] = 1;
  wavelets[42] = 15;
  wavelets[62] = 0xff;
  wavelets[63] = 0xd9;
  check_refused(slice_data({}).fragments(kPixels, {wavelets}), "its compressed picture has 9 x 3 voxels",
                {.syntax = "1.2.840.10008.1.2.4.90"});
}

TEST_CASE("read_volume: other files in a folder with a series are passed over, and named when there is no image") {
  const TempFolder folder;
  save(folder / "notes.txt", "a text");
  save(folder / "thumbnail.jpg", Bytes{0xff, 0xd8, 0xff, 0xe0});
  save_dicom(folder / "DICOMDIR", document("1.2.840.10008.1.3.10"));
  save_dicom(folder / "contours", document("1.2.840.10008.5.1.4.1.1.481.3"));
  CHECK(read_error(folder.path().string())
            .find("contains no DICOM image (its DICOM files are: 1 of the kind 'Media Storage Directory Storage', 1 of "
                  "the kind 'RT Structure Set Storage')") != std::string::npos);
  write_dicom_slice(folder / "a", {});
  CHECK(read_dicom(folder.path().string()).volume.geometry.size[2] == 1);
}
