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
            "': it contains 2 DICOM series; choose one by the parameter 'series': 1.2.826.0.1.3680043.2.1125.1 'FLAIR' "
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
            .find("several slices at one position ('IM88' and 'IM88-again'), so it contains more than one volume") !=
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
  CHECK(read_error(folder / "a.dcm") == "cannot read '" + (folder / "a.dcm") +
                                            "': its header promises 4 x 65535 x 1 voxels, which take 524280 bytes, but "
                                            "its 24 bytes of voxels cannot contain them; "
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

TEST_CASE("read_volume: a tilted gantry is refused with its angle, or resampled so that a spot stays where DICOM puts it") {
  const TempFolder folder;
  const double shift = std::tan(15 * M_PI / 180);
  const double position[3] = {-30, 12, 7};
  for (int i = 0; i < 9; ++i) {
    DicomSliceFile slice;
    slice.size = {16, 20};
    slice.spacing = {0.5, 0.75};
    slice.position = {position[0], position[1] - 2 * shift * i, position[2] + 2.0 * i};
    DicomData data = slice_data(slice);
    Bytes voxels(2 * 16 * 20);
    if (i == 5) put<std::int16_t>(voxels, 2 * (7 + 16 * 11), 1000);  // column 7, row 11 of the sixth slice
    save_dicom(folder / std::to_string(9 - i), data.decimals(0x00180088, {2}).bytes(0x7fe00010, "OW", voxels));
  }
  const std::string error = read_error(folder.path().string());
  CHECK(error.find("sheared by 15 degrees") != std::string::npos);
  CHECK(error.find("set the parameter 'sheared' to \"resample\"") != std::string::npos);
  const ReadDicom read = read_dicom(folder.path().string(), true);
  CHECK(read.warnings.size() == 1);
  CHECK(read.volume.geometry.spacing[2] == doctest::Approx(2));
  const auto world = spot_in_world(read.volume, 0, 9);
  CHECK(world[0] == doctest::Approx(position[0] + 0.5 * 7));
  CHECK(world[1] == doctest::Approx(position[1] - 2 * shift * 5 + 0.75 * 11));
  CHECK(world[2] == doctest::Approx(position[2] + 2 * 5));
}

TEST_CASE(
    "read_volume: slices of a series with other voxel sizes, beside the row, or without a slope that others have are "
    "errors") {
  const TempFolder folder;
  write_stack(folder, 3);
  DicomSliceFile slice;
  slice.position = {-20, 5, 13};
  slice.spacing = {0.5, 0.8};
  write_dicom_slice(folder / "IM89", slice);
  CHECK(read_error(folder.path().string()).find("the DICOM series has slices of several voxel sizes") != std::string::npos);
  slice.spacing = {0.5, 0.75};
  slice.position = {-20, 8, 13};
  write_dicom_slice(folder / "IM89", slice);
  CHECK(read_error(folder.path().string()).find("'IM89' lies 0 mm before or behind and 3 mm beside its place") !=
        std::string::npos);
  slice.position = {-20, 5, 13};
  slice.rescaled = true;
  write_dicom_slice(folder / "IM89", slice);
  CHECK(read_error(folder.path().string()).find("only some slices of the DICOM series have a rescale slope") !=
        std::string::npos);
  save_dicom(folder / "IM89", slice_data(slice).remove(0x00200032));
  CHECK(read_error(folder.path().string()).find("IM89': this DICOM image has no position or orientation") != std::string::npos);
}

TEST_CASE("read_volume: the slopes of a series are each slice's own, as in positron emission") {
  const TempFolder folder;
  for (int i = 0; i < 3; ++i) {
    DicomSliceFile slice;
    slice.position = {0, 0, 3.0 * i};
    save_dicom(folder / std::to_string(i), slice_data(slice).decimals(0x00281053, {1.0 + i}).decimals(0x00281052, {0}));
  }
  const Volume volume = read_back(folder.path().string());
  CHECK(volume.voxels[1] == 1);
  CHECK(volume.voxels[12 + 1] == 2);
  CHECK(volume.voxels[24 + 1] == 3);
}

TEST_CASE("read_volume: a slice that is there twice, and echoes of a series, are told apart") {
  const TempFolder folder;
  for (int i = 0; i < 6; ++i) {
    DicomSliceFile slice;
    slice.position = {0, 0, 3.0 * (i / 2)};
    DicomData data = slice_data(slice);
    data.decimals(0x00180081, {i % 2 ? 80.0 : 20.0}).text(0x00080018, "UI", "1.2." + std::to_string(i));
    save_dicom(folder / std::to_string(i), data);
  }
  CHECK(read_error(folder.path().string())
            .find("6 slices lie at 3 positions, which makes 2 volumes, which differ in Echo Time (20, 80)") != std::string::npos);
  for (const char* name : {"1", "3", "5"}) std::filesystem::remove(folder / name);
  std::filesystem::copy_file(folder / "2", folder / "2 copy");
  CHECK(read_error(folder.path().string())
            .find("4 slices lie at 3 positions, and some are copies of one image; remove the copies") != std::string::npos);
}

TEST_CASE("read_volume: slices of several contrasts in turn, each at its own position, are a warning") {
  const TempFolder folder;
  const auto save = [&](double second) {
    for (int i = 0; i < 6; ++i) {
      DicomSliceFile slice;
      slice.position = {0, 0, 3.0 * i};
      save_dicom(folder / std::to_string(i), slice_data(slice).decimals(0x00180081, {i % 2 ? second : 80.0}));
    }
    return read_dicom(folder.path().string());
  };
  const ReadDicom mixed = save(20);
  REQUIRE(mixed.warnings.size() == 1);
  CHECK(mixed.warnings[0].find("its slices differ in Echo Time (80, 20), so it may mix several images") != std::string::npos);
  CHECK(save(80.5).warnings.empty());
  for (int i = 0; i < 6; ++i) {
    DicomSliceFile slice;
    slice.position = {0, 0, 3.0 * i};
    save_dicom(folder / std::to_string(i), slice_data(slice).text(0x00180086, "IS", i % 2 ? "2" : "1"));
  }
  const ReadDicom numbered = read_dicom(folder.path().string());
  REQUIRE(numbered.warnings.size() == 1);
  CHECK(numbered.warnings[0].find("its slices differ in Echo Number (1, 2), so it may mix several images") != std::string::npos);
}

TEST_CASE("read_volume: positions that headers round are taken as even, with a warning when that moves a slice noticeably") {
  const TempFolder folder;
  for (int i = 0; i < 5; ++i) {
    DicomSliceFile slice;
    slice.position = {0, 0, std::round(12.5 * i) / 10};  // 1.25 mm, rounded to 0.1 mm
    save_dicom(folder / std::to_string(i), slice_data(slice).decimals(0x00180088, {1.25}));
  }
  const ReadDicom read = read_dicom(folder.path().string());
  CHECK(read.volume.geometry.spacing[2] == doctest::Approx(1.25));
  REQUIRE(read.warnings.size() == 1);
  CHECK(read.warnings[0].find("its slices are not quite evenly spaced") != std::string::npos);
}

TEST_CASE("read_volume: numbers of a DICOM header that are none are errors, not missing") {
  const TempFolder folder;
  const auto error_with = [&](std::uint32_t tag, const std::string& value) {
    save_dicom(folder / "a.dcm", slice_data({}).text(tag, "DS", value));
    return read_error(folder / "a.dcm");
  };
  CHECK(error_with(0x00281053, "two").find("its DICOM element (0028,1053) is 'two', which is no number") != std::string::npos);
  CHECK(error_with(0x00200032, "1\\2").find("(0020,0032) is '1\\2', but 3 numbers are expected") != std::string::npos);
  CHECK(error_with(0x00280030, "0\\1").find("its DICOM voxel size is 1 x 0 mm") != std::string::npos);
  CHECK(error_with(0x00200037, "1\\0\\0\\0\\2\\0").find("(0020,0037) has the length 2") != std::string::npos);
  CHECK(error_with(0x00200037, "1\\0\\0\\1\\0\\0").find("lie along one another") != std::string::npos);
  CHECK(error_with(0x00281053, "nan").find("is no number") != std::string::npos);
}

TEST_CASE("read_volume: the depth of a single slice is the file's, with a warning where it is only its thickness") {
  const TempFolder folder;
  write_dicom_slice(folder / "a.dcm", {});
  CHECK(read_dicom(folder / "a.dcm").warnings.empty());
  save_dicom(folder / "a.dcm", slice_data({}).remove(0x00180088).decimals(0x00180050, {4}));
  const ReadDicom read = read_dicom(folder / "a.dcm");
  CHECK(read.volume.geometry.spacing[2] == 4);
  REQUIRE(read.warnings.size() == 1);
  CHECK(read.warnings[0].find("the slice thickness, 4 mm, is taken") != std::string::npos);
}

TEST_CASE("read_volume: the affine of a DICOM series is the header's own, also where it rounds its axes to few decimals") {
  const TempFolder folder;
  DicomSliceFile slice;
  slice.orientation = {0.8660, 0.5, 0, -0.5, 0.8660, 0};  // of length 0.99998
  slice.spacing = {2, 3};
  for (int i = 0; i < 3; ++i) {
    slice.position = {7, 8, 4.0 * i};
    write_dicom_slice(folder / std::to_string(i), slice);
  }
  const Geometry grid = read_dicom(folder.path().string()).volume.geometry;
  for (std::size_t row = 0; row < 3; ++row) {
    CHECK(grid.direction[3 * row] * grid.spacing[0] == doctest::Approx(2 * slice.orientation[row]).epsilon(1e-9));
    CHECK(grid.direction[3 * row + 1] * grid.spacing[1] == doctest::Approx(3 * slice.orientation[3 + row]).epsilon(1e-9));
    CHECK(grid.direction[3 * row + 2] * grid.spacing[2] == doctest::Approx(row == 2 ? 4 : 0));
  }
}
