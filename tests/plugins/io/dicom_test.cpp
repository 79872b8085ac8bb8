#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

/// Slices along z from 10 mm, 3 mm apart; files are named against their order.
void write_stack(const TempFolder& folder, int count, DicomSliceFile slice = {}, const std::string& prefix = "IM") {
  for (int i = 0; i < count; ++i) {
    slice.position = {-20, 5, 10.0 + 3 * i};
    slice.first = static_cast<short>(100 * i);
    write_dicom_slice(folder / (prefix + std::to_string(90 - i)), slice);
  }
}

std::string series_error(const TempFolder& folder, const std::string& series) {
  return NodeRunner("io.read_volume", {{"path", folder.path().string()}, {"series", series}}).error_of_run();
}

}  // namespace

TEST_CASE("read_volume: a DICOM series is put in order by position and gets its geometry from it") {
  const TempFolder folder;
  write_stack(folder, 3);
  save(folder / "notes.txt", "not an image");
  const Volume volume = read_back(folder.path().string());
  CHECK(volume.geometry.size == std::array<std::int64_t, 3>{4, 3, 3});
  CHECK(geometry_distance(volume.geometry, {{}, {0.5, 0.75, 3}, {-20, 5, 10}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}) < 1e-6);
  CHECK(volume.voxels[0] == 0);
  CHECK(volume.voxels[12] == 100);
  CHECK(volume.voxels[24 + 11] == 211);
}

TEST_CASE("read_volume: a sagittal DICOM series keeps its axes") {
  const TempFolder folder;
  DicomSliceFile slice;
  slice.orientation = {0, 1, 0, 0, 0, -1};
  for (int i = 0; i < 3; ++i) {
    slice.position = {-4.0 * i, 2, 3};  // the normal is -x
    slice.first = static_cast<short>(i);
    write_dicom_slice(folder / std::to_string(i), slice);
  }
  const Volume volume = read_back(folder.path().string());
  CHECK(geometry_distance(volume.geometry, {{}, {0.5, 0.75, 4}, {0, 2, 3}, {0, 0, -1, 1, 0, 0, 0, -1, 0}}) < 1e-6);
  CHECK(volume.voxels[24] == 2);
}

TEST_CASE("read_volume: the rescale slope and intercept of DICOM are applied") {
  const TempFolder folder;
  DicomSliceFile slice;
  slice.rescaled = true;
  write_dicom_slice(folder / "a.dcm", slice);
  write_dicom_slice(folder / "without_ending", slice);
  for (const std::string name : {"a.dcm", "without_ending"}) {
    const Volume volume = read_back(folder / name);
    CHECK(volume.geometry.size == std::array<std::int64_t, 3>{4, 3, 1});
    CHECK(volume.voxels[0] == -5);
    CHECK(volume.voxels[1] == -3);
    CHECK(volume.voxels[11] == 17);
  }
}

TEST_CASE("read_volume: several series in a folder are listed, and `series` chooses one") {
  const TempFolder folder;
  DicomSliceFile other;
  other.series = "1.2.826.0.1.3680043.2.1125.2";
  other.description = "T1 sagittal";
  write_stack(folder, 3);
  write_stack(folder, 2, other, "T1-");
  CHECK(series_error(folder, "") ==
        "cannot read '" + folder.path().string() +
            "': it holds 2 DICOM series; choose one by the parameter 'series': 1.2.826.0.1.3680043.2.1125.1 'FLAIR' "
            "(3 images); 1.2.826.0.1.3680043.2.1125.2 'T1 sagittal' (2 images)");
  CHECK(series_error(folder, "9.9").find("no DICOM series in it has the UID '9.9'") != std::string::npos);
  CHECK(series_error(folder, "1.2").find("more than one DICOM series in it has the UID '1.2'") != std::string::npos);
  NodeRunner reader("io.read_volume", {{"path", folder.path().string()}, {"series", other.series}});
  reader.run();
  CHECK(reader.output<Volume>("volume").geometry.size[2] == 2);
}

TEST_CASE("read_volume: a missing slice, several volumes and several orientations in a DICOM series are errors") {
  const TempFolder folder;
  write_stack(folder, 5);
  std::filesystem::remove(folder / "IM88");
  CHECK(read_error(folder.path().string())
            .find("not evenly spaced: 6 mm between 'IM89' and 'IM87', elsewhere 3 mm; a slice is missing") != std::string::npos);
  DicomSliceFile slice;
  slice.position = {-20, 5, 16};
  write_dicom_slice(folder / "IM88", slice);
  write_dicom_slice(folder / "IM88-again", slice);
  CHECK(read_error(folder.path().string())
            .find("several slices at one position ('IM88' and 'IM88-again'), so it holds more than one volume") !=
        std::string::npos);
  slice.orientation = {0, 1, 0, 0, 0, -1};
  write_dicom_slice(folder / "IM88-again", slice);
  CHECK(read_error(folder.path().string()).find("has slices of several orientations") != std::string::npos);
}

TEST_CASE("read_volume: DICOM slices of two sizes and a cut DICOM file are errors") {
  const TempFolder folder;
  write_stack(folder, 2);
  DicomSliceFile slice;
  slice.position = {-20, 5, 16};
  slice.size = {5, 3};
  write_dicom_slice(folder / "IM88", slice);
  CHECK(read_error(folder.path().string()).find("this slice of a DICOM series has 4 x 3 voxels and those before it 5 x 3") !=
        std::string::npos);
  Bytes bytes = load(folder / "IM88");
  bytes.resize(bytes.size() - 10);
  save(folder / "IM88", bytes);
  CHECK(read_error(folder / "IM88").find("; the file is cut or damaged") != std::string::npos);
  CHECK(read_error(folder.path().string()).find("IM88': its DICOM element is longer") != std::string::npos);
}

TEST_CASE("read_volume: DICOM headers that promise more than the file holds take no memory") {
  const TempFolder folder;
  write_dicom_slice(folder / "a.dcm", {});
  const Bytes sound = load(folder / "a.dcm");
  const Bytes rows{0x28, 0x00, 0x10, 0x00};  // with or without "US", its value stands 8 bytes behind
  const auto found = std::search(sound.begin(), sound.end(), rows.begin(), rows.end());
  REQUIRE(found != sound.end());
  const auto place = static_cast<std::size_t>(found - sound.begin());
  const bool with_forms = sound[place + 4] == 'U';
  Bytes tall = sound;
  put<std::uint16_t>(tall, place + 8, 65535);
  save(folder / "a.dcm", tall);
  CHECK(read_error(folder / "a.dcm") ==
        "cannot read '" + (folder / "a.dcm") +
            "': its header promises 4 x 65535 x 1 voxels, which take 524280 bytes, but its 24 bytes of voxels cannot hold them; "
            "the file is cut or its header is damaged");
  for (const std::string frames : {"999999999 ", "-1", "2\\3 ", "many", "99999999999 "}) {
    Bytes many = sound;
    const auto length = static_cast<unsigned char>(frames.size());
    Bytes element =
        with_forms ? Bytes{0x28, 0x00, 0x08, 0x00, 'I', 'S', length, 0} : Bytes{0x28, 0x00, 0x08, 0x00, length, 0, 0, 0};
    element.insert(element.end(), frames.begin(), frames.end());
    many.insert(many.begin() + static_cast<std::ptrdiff_t>(place), element.begin(), element.end());
    save(folder / "a.dcm", many);
    const std::string error = read_error(folder / "a.dcm");
    CAPTURE(error);
    CHECK((error.find("voxels, which take ") != std::string::npos ||
           error.find("frames; a number from 1 on") != std::string::npos ||
           error.find("is 'many', which is no number") != std::string::npos));
  }
}
