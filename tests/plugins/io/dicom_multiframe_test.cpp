// Files with several frames: enhanced MR and CT, secondary captures, nuclear medicine, dose.
#include <doctest/doctest.h>

#include "dicom_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

constexpr std::uint32_t kPosition = 0x00200032, kOrientation = 0x00200037, kSpacing = 0x00280030, kStep = 0x00180088,
                        kThickness = 0x00180050, kPlanePosition = 0x00209113, kPlaneOrientation = 0x00209116,
                        kMeasures = 0x00289110, kTransformation = 0x00289145, kFrameContent = 0x00209111;

Geometry stacked(std::int64_t frames, double first, double step) {
  return {{4, 3, frames}, {0.5, 0.75, step}, {-20, 5, first}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

/// The volume of a file that has to be read without a warning on the given grid.
Volume read_on(const std::string& file, const Geometry& grid, std::size_t warnings = 0) {
  const ReadDicom read = read_dicom(file);
  CHECK(read.warnings.size() == warnings);
  CHECK(read.volume.geometry.size == grid.size);
  CHECK(geometry_distance(read.volume.geometry, grid) < 1e-6);
  return read.volume;
}

std::string error_of(const std::string& file, const DicomData& data) {
  save_dicom(file, data);
  return read_error(file);
}

bool says(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

/// Position and orientation in the elements of the file itself, as only the first frame's.
DicomData& place_first(DicomData& data) {
  return data.decimals(kPosition, {-20, 5, 10}).decimals(kOrientation, {1, 0, 0, 0, 1, 0}).decimals(kSpacing, {0.75, 0.5});
}

}  // namespace

TEST_CASE("read_volume: frames of an enhanced file are put in order by position, whatever their order and spacing says") {
  const TempFolder folder;
  for (const bool marked : {false, true}) {
    DicomData other = DicomData().decimals(kSpacing, {0.75, 0.5}).decimals(kThickness, {9}).decimals(kStep, {7});
    DicomData data = enhanced({10, 16, 13, 19});
    put_groups(data, shared_groups().sequence(kMeasures, {other}), groups_at({10, 16, 13, 19}));
    save_dicom(folder / "a.dcm", data, {.marked_ends = marked});
    const Volume volume = read_on(folder / "a.dcm", stacked(4, 10, 3), 1);
    CHECK(volume.voxels[0] == 0);
    CHECK(volume.voxels[12] == 24);
    CHECK(volume.voxels[24] == 12);
    CHECK(volume.voxels[47] == 47);
  }
  save_dicom(folder / "a.dcm", enhanced({19, 16, 13, 10}));  // from head to feet
  CHECK(read_on(folder / "a.dcm", stacked(4, 10, 3)).voxels[0] == 36);
  save_dicom(folder / "a.dcm", enhanced({10, 13}), {.with_forms = false, .syntax = "1.2.840.10008.1.2"});
  CHECK(read_on(folder / "a.dcm", stacked(2, 10, 3)).voxels[12] == 12);
  DicomData legacy = enhanced({10, 13});
  legacy.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4.4");
  save_dicom(folder / "a.dcm", legacy);
  read_on(folder / "a.dcm", stacked(2, 10, 3));
  save_dicom(folder / "a.dcm", enhanced({10}));
  read_on(folder / "a.dcm", stacked(1, 10, 3));  // one frame: what the file says between slices, not the thickness of 9
}

TEST_CASE("read_volume: frames in a folder are one stack, also over several files") {
  const TempFolder folder;
  save_dicom(folder / "b", enhanced({10, 16}));
  save_dicom(folder / "a", enhanced({13, 19}));
  const Volume volume = read_on(folder.path().string(), stacked(4, 10, 3));
  CHECK(volume.voxels[12] == 0);
  CHECK(volume.voxels[24] == 12);
  save_dicom(folder / "c", enhanced({10, 22}));
  says(read_error(folder.path().string()), "several slices at one position ('b' frame 1 and 'c' frame 1)");
}

TEST_CASE("read_volume: orientation and voxel size may be each frame's own") {
  const TempFolder folder;
  DicomData data = enhanced({0, 0});
  std::vector<DicomData> groups;
  for (int i = 0; i < 2; ++i)
    groups.push_back(DicomData()
                         .sequence(kPlanePosition, {DicomData().decimals(kPosition, {4.0 - 4.0 * i, 2, 3})})
                         .sequence(kPlaneOrientation, {DicomData().decimals(kOrientation, {0, 1, 0, 0, 0, -1})})
                         .sequence(kMeasures, {DicomData().decimals(kSpacing, {0.75, 0.5})}));
  save_dicom(folder / "a.dcm", put_groups(data, DicomData(), groups));
  const Volume volume = read_on(folder / "a.dcm", {{4, 3, 2}, {0.5, 0.75, 4}, {4, 2, 3}, {0, 0, -1, 1, 0, 0, 0, -1, 0}});
  CHECK(volume.voxels[0] == 0);
  groups[1].sequence(kMeasures, {DicomData().decimals(kSpacing, {0.75, 0.6})});
  says(error_of(folder / "a.dcm", put_groups(data, DicomData(), groups)),
       "this DICOM file has frames of several voxel sizes: 0.5 x 0.75 mm in frame 1 and 0.6 x 0.75 mm in frame 2");
  groups[1] = groups[0];
  groups[1].sequence(kPlaneOrientation, {DicomData().decimals(kOrientation, {1, 0, 0, 0, 1, 0})});
  says(error_of(folder / "a.dcm", put_groups(data, DicomData(), groups)),
       "has frames of several orientations (frame 1 and frame 2)");
}

TEST_CASE("read_volume: the rescale slope and intercept are each frame's own") {
  const TempFolder folder;
  DicomData data = enhanced({10, 13});
  std::vector<DicomData> groups = groups_at({10, 13});
  const auto rescale = [](double slope, double intercept) {
    return std::vector<DicomData>{DicomData().decimals(0x00281053, {slope}).decimals(0x00281052, {intercept})};
  };
  groups[0].sequence(kTransformation, rescale(2, -5));
  groups[1].sequence(kTransformation, rescale(0.5, 1));
  save_dicom(folder / "a.dcm", put_groups(data, shared_groups(), groups));
  const Volume volume = read_on(folder / "a.dcm", stacked(2, 10, 3));
  CHECK(volume.voxels[1] == -3);
  CHECK(volume.voxels[12] == 7);
  CHECK(volume.voxels[23] == 12.5);
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), {groups[0], groups_at({10, 13})[1]})),
       "only some frames of this DICOM file have a rescale slope and intercept (frame 1 has, frame 2 has not)");
  groups[1].sequence(kTransformation, rescale(0, 1));
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), groups)), "rescale slope (0028,1053) is 0");
}

TEST_CASE("read_volume: several volumes in a file are counted, and what differs is named") {
  const TempFolder folder;
  DicomData data = enhanced({10, 13, 10, 13});
  says(error_of(folder / "a.dcm", data),
       "this DICOM file has several frames at one position (frame 1 and frame 3), so it contains more than one volume: "
       "4 frames lie at 2 positions, which makes 2 volumes, and their headers do not say in what they differ; a single "
       "volume is expected");
  std::vector<DicomData> groups = groups_at({10, 13, 10, 13});
  for (std::size_t i = 0; i < 4; ++i) {
    groups[i].sequence(kFrameContent, {DicomData().longs(0x00209128, {i < 2 ? 1u : 2u})});
    groups[i].sequence(0x00189114, {DicomData().doubles(0x00189082, {i < 2 ? 4.5 : 9})});
    groups[i].sequence(0x00189117, {DicomData().doubles(0x00189087, {i < 2 ? 0.0 : 1000})});
  }
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), groups)),
       "2 volumes, which differ in Echo Time (4.5, 9); b-value (0, 1000); Temporal Position Index (1, 2)");
  says(error_of(folder / "a.dcm", enhanced({10, 13, 16, 13})), "4 frames lie at 3 positions, and their headers");
  DicomData still = picture(3);  // one position for all frames
  DicomData shared = shared_groups();
  shared.sequence(kPlanePosition, {DicomData().decimals(kPosition, {1, 2, 3})});
  says(error_of(folder / "a.dcm", put_groups(still, shared, std::vector<DicomData>(3))), "which makes 3 volumes");
}

TEST_CASE("read_volume: a missing frame, frames off the row and frames that contradict the file are refused") {
  const TempFolder folder;
  says(error_of(folder / "a.dcm", enhanced({10, 13, 19, 22})),
       "not evenly spaced: 6 mm between frame 2 and frame 3, elsewhere 3 mm; a slice is missing");
  std::vector<DicomData> groups = groups_at({10, 13, 16});
  groups[1] = DicomData().sequence(kPlanePosition, {DicomData().decimals(kPosition, {-19, 5, 13})});
  DicomData data = enhanced({10, 13, 16});
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), groups)),
       "frame 2 lies 0 mm before or behind and 1 mm beside");
  groups[1] = DicomData();
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), groups)), "only 2 of its 3 frames have a position");
  groups.pop_back();
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), groups)), "it has 3 frames but describes 2");
  DicomData turned = shared_groups();
  turned.remove(kPlaneOrientation);
  says(error_of(folder / "a.dcm", put_groups(data, turned, groups_at({10, 13, 16}))), "frames have positions but no orientation");
}

TEST_CASE("read_volume: frames that shift along a row or column are a sheared grid") {
  const TempFolder folder;
  std::vector<DicomData> groups;
  for (int i = 0; i < 3; ++i)
    groups.push_back(DicomData().sequence(kPlanePosition, {DicomData().decimals(kPosition, {0, 4.0 * i, 3.0 * i})}));
  DicomData data = enhanced({1, 2, 3});
  says(error_of(folder / "a.dcm", put_groups(data, shared_groups(), groups)), "sheared by 53.1301 degrees");
  const ReadDicom read = read_dicom(folder / "a.dcm", true);
  CHECK(read.volume.geometry.spacing[2] == doctest::Approx(3));
  CHECK(read.warnings.size() == 1);
}

TEST_CASE("read_volume: without positions of the frames the file's spacing between slices counts, with one warning") {
  const TempFolder folder;
  DicomData data = picture(3);
  data.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2").decimals(kThickness, {5}).decimals(kStep, {2.5});
  save_dicom(folder / "a.dcm", place_first(data));
  CHECK(read_on(folder / "a.dcm", stacked(3, 10, 2.5), 1).voxels[12] == 12);
  says(read_dicom(folder / "a.dcm").warnings[0],
       "a.dcm': its DICOM header does not say the position of every frame (they are taken to follow the first one along "
       "the normal, 2.5 mm apart); sizes in mm and the place in the world may be wrong");
  save_dicom(folder / "a.dcm", data.remove(kStep));
  read_on(folder / "a.dcm", stacked(3, 10, 5), 1);
  says(read_dicom(folder / "a.dcm").warnings[0], "(Spacing Between Slices; the slice thickness, 5 mm, is taken)");
  save_dicom(folder / "a.dcm", data.remove(kThickness));
  read_on(folder / "a.dcm", stacked(3, 10, 1), 1);
  says(read_dicom(folder / "a.dcm").warnings[0], "(Spacing Between Slices; 1 mm is taken)");
}

TEST_CASE(
    "read_volume: a capture that says nothing about its place is read with one warning that names all that is "
    "missing") {
  const TempFolder folder;
  DicomData data = picture(3);
  save_dicom(folder / "a.dcm", data.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7.3"));
  const Geometry nowhere{{4, 3, 3}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
  read_on(folder / "a.dcm", nowhere, 1);
  const std::string warning = read_dicom(folder / "a.dcm").warnings[0];
  for (const std::string part :
       {"the voxel size in the patient (Pixel Spacing; 1 x 1 mm is taken)", "the position in the patient",
        "the orientation (axial is taken", "the distance between slices (Spacing Between Slices; 1 mm"})
    says(warning, part);
  save_dicom(folder / "a.dcm", data.decimals(0x00181164, {0.2, 0.1}));
  CHECK(read_dicom(folder / "a.dcm").volume.geometry.spacing[0] == 0.1);
  says(read_dicom(folder / "a.dcm").warnings[0], "the size at the detector, 0.1 x 0.2 mm, is taken");
}

TEST_CASE("read_volume: offsets of frames and the order of nuclear medicine's slices count") {
  const TempFolder folder;
  DicomData dose = picture(3);
  place_first(dose).text(0x00080060, "CS", "RTDOSE").decimals(0x3004000c, {0, 4, 2}).decimals(0x3004000e, {0.5});
  save_dicom(folder / "a.dcm", dose);
  const Volume volume = read_on(folder / "a.dcm", stacked(3, 10, 2));
  CHECK(volume.voxels[12] == 12);  // the third frame's first voxel is 24
  CHECK(volume.voxels[24] == 6);
  DicomData tomogram = picture(3);
  tomogram.text(0x00080060, "CS", "NM").decimals(kSpacing, {0.75, 0.5}).decimals(kStep, {2});
  tomogram.sequence(0x00540022, {DicomData().decimals(kPosition, {-20, 5, 10}).decimals(kOrientation, {1, 0, 0, 0, 1, 0})});
  save_dicom(folder / "a.dcm", tomogram.shorts(0x00540080, {3, 2, 1}));
  CHECK(read_on(folder / "a.dcm", stacked(3, 6, 2), 1).voxels[0] == 24);  // the position is the first frame's, which is slice 3
  save_dicom(folder / "a.dcm", tomogram.shorts(0x00540080, {1, 2, 3}));
  read_on(folder / "a.dcm", stacked(3, 10, 2), 1);
  says(error_of(folder / "a.dcm", tomogram.shorts(0x00540010, {1, 2, 3})), "its 3 frames are of several energy windows");
}

TEST_CASE("read_volume: a film is no stack of slices") {
  const TempFolder folder;
  DicomData data = picture(3);
  data.bytes(0x00280009, "AT", {0x18, 0x00, 0x63, 0x10});
  says(error_of(folder / "a.dcm", place_first(data)), "its 3 frames are points in time (a film), no slices");
  data.remove(0x00280009).decimals(0x00181063, {40});
  says(error_of(folder / "a.dcm", data), "its 3 frames are points in time (a film), no slices");
  save_dicom(folder / "a.dcm", data.decimals(kStep, {2}));  // slices that are shown one by one
  read_on(folder / "a.dcm", stacked(3, 10, 2), 1);
}
