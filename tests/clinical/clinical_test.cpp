// graphs/clinical, run by the program on raw artificial heads whose truth is known.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "plugins/io/dicom_files.h"
#include "support/graph_run.h"

namespace flowrun::testing {
namespace {

const std::string kGraphs = FLOWRUN_SOURCE_DIR "/graphs/clinical/";
const std::string kModels = FLOWRUN_SOURCE_DIR "/graphs/models/phantom_raw";

/// Scans of 2 mm, so that a run takes seconds; in the same field of view as the node's defaults.
const std::string kSmallT1 = " --set raw.t1_size=128,128,88 --set raw.t1_spacing=2,2,2";
const std::string kSmallFlair = " --set raw.flair_size=120,128,60 --set raw.flair_spacing=2,2,3";

std::string quoted(const std::string& text) { return "'" + text + "'"; }

/// Raw scans of a head as files NAME_flair.nii.gz and so on in the folder's "out".
void make_scans(const RunFolder& folder, const std::string& name, int seed, const std::string& settings) {
  const int status = run_graph(folder, kGraphs + "phantoms.json",
                               "--case-name " + name + " --in seed=" + std::to_string(seed) + settings);
  REQUIRE_MESSAGE(status == 0, folder.log());
}

/// Files of the command line; by default those that make_scans made for the head "scan".
struct Files {
  std::string flair = "scan_flair.nii.gz", t1 = "scan_t1.nii.gz", brain = "scan_brain.nii.gz";
};

/// segment.json with the cascade of own networks in the place of nicMSlesions', which is a change of one line. Paths become whole ones,
/// since the copy lies elsewhere.
std::string own_cascade(const RunFolder& folder) {
  std::ifstream stream(kGraphs + "segment.json", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto replace = [&text](const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  };
  replace("graph:stages/nicmslesions.json", "graph:" FLOWRUN_SOURCE_DIR "/graphs/flair_t1/stages/cascade.json");
  replace("graph:stages/", "graph:" + kGraphs + "stages/");
  std::ofstream(folder.file("segment.json")) << text;
  return folder.file("segment.json");
}

/// What the small networks of the tests need said.
std::string own_settings(const std::string& models = kModels) {
  return " --set models=" + quoted(models) + " --set cascade.candidate_threshold=1.5 ";
}

int segment(const RunFolder& folder, const Files& files, const std::string& settings, const std::string& models = kModels) {
  const auto in = [&](const std::string& name, const std::string& file) {
    return file.empty() ? "" : " --in " + name + "=" + quoted(file[0] == '/' ? file : folder.file("out/" + file));
  };
  return run_graph(folder, own_cascade(folder),
                   "--case-name p" + in("flair", files.flair) + in("t1", files.t1) + in("brain", files.brain) +
                       own_settings(models) + settings);
}

/// A NIfTI-1 file of 2 images of 4 x 4 x 4 float32 voxels of 1 mm.
void save_4d(const std::string& file) {
  std::string bytes(352 + 2 * 64 * sizeof(float), '\0');
  const auto put = [&bytes](std::size_t place, auto value) { std::memcpy(bytes.data() + place, &value, sizeof value); };
  put(0, std::int32_t{348});
  const std::array<std::int16_t, 5> sizes{4, 4, 4, 4, 2};
  for (std::size_t i = 0; i < sizes.size(); ++i) put(40 + 2 * i, sizes[i]);
  put(70, std::int16_t{16});
  put(72, std::int16_t{32});
  for (std::size_t i = 0; i < 5; ++i) put(76 + 4 * i, 1.0f);
  put(108, 352.0f);
  put(344, std::array<char, 4>{'n', '+', '1', '\0'});
  std::ofstream(file, std::ios::binary) << bytes;
}

/// An image as a DICOM series of one file for each slice, values rounded to whole numbers of `step`.
void save_series(const std::string& path, const Volume& volume, const std::string& series, double step) {
  std::filesystem::create_directories(path);
  const Geometry& grid = volume.geometry;
  const auto along = [&grid](std::size_t axis, double step_mm) {
    std::array<double, 3> way{};
    for (std::size_t row = 0; row < 3; ++row) way[row] = grid.direction[3 * row + axis] * step_mm;
    return way;
  };
  const std::array<double, 3> x = along(0, 1), y = along(1, 1);
  const std::size_t voxels = static_cast<std::size_t>(grid.size[0] * grid.size[1]);
  for (std::int64_t z = 0; z < grid.size[2]; ++z) {
    const std::array<double, 3> way = along(2, static_cast<double>(z) * grid.spacing[2]);
    DicomSliceFile slice;
    slice.series = series;
    slice.position = {grid.origin[0] + way[0], grid.origin[1] + way[1], grid.origin[2] + way[2]};
    slice.orientation = {x[0], x[1], x[2], y[0], y[1], y[2]};
    slice.size = {static_cast<int>(grid.size[0]), static_cast<int>(grid.size[1])};
    slice.spacing = {grid.spacing[0], grid.spacing[1]};
    Bytes bytes(2 * voxels);
    for (std::size_t i = 0; i < voxels; ++i) {
      const auto value = static_cast<std::int16_t>(std::lround(volume.voxels[static_cast<std::size_t>(z) * voxels + i] / step));
      std::memcpy(bytes.data() + 2 * i, &value, sizeof value);
    }
    DicomData data = slice_data(slice);
    data.decimals(0x00180050, {grid.spacing[2]}).decimals(0x00180088, {grid.spacing[2]}).bytes(0x7fe00010, "OW", bytes);
    save_dicom(path + "/" + series.substr(series.rfind('.') + 1) + "_" + std::to_string(z) + ".dcm", data);
  }
}

bool says(const RunFolder& folder, const std::string& words) {
  const bool found = folder.log().find(words) != std::string::npos;
  if (!found) MESSAGE("missing: " << words << "\n" << folder.log());
  return found;
}

}  // namespace

TEST_CASE("clinical: raw scans to lesions on the FLAIR's own grid, as good as on images that perfect preparation gives") {
  const RunFolder folder("clinical");
  make_scans(folder, "scan", 302, "");
  const int status = segment(folder, {}, "--set threshold=0.5 --set least_volume=0");
  REQUIRE_MESSAGE(status == 0, folder.log());
  const std::string log = folder.log();
  CHECK(log.find("warning") == std::string::npos);
  CHECK(log.find("doubts") != std::string::npos);

  const Volume flair = read_volume(folder.file("out/scan_flair.nii.gz"));
  const Mask found = read_mask(folder.file("out/p_lesions.nii.gz"));
  const Volume probability = read_volume(folder.file("out/p_probability.nii.gz"));
  const Mask truth = read_mask(folder.file("out/scan_lesions.nii.gz"));
  CHECK(found.geometry == flair.geometry);
  CHECK(probability.geometry == flair.geometry);
  CHECK(read_mask(folder.file("out/p_brain.nii.gz")).geometry == flair.geometry);
  const std::string table = folder.text("out/p_lesions.csv");
  CHECK(table.substr(0, table.find('\n')).ends_with("mean_flair_sd"));
  for (const char* name : {"p_t1_to_flair.tfm", "p_lesions.csv", "p_registration.png", "p_brain.png", "p_montage.png"})
    CHECK_MESSAGE(std::filesystem::file_size(folder.file(std::string("out/") + name)) > 0, name);

  REQUIRE_MESSAGE(run_graph(folder, FLOWRUN_TEST_FOLDER "/truth.json",
                            "--case-name p --in seed=302 --set models=" + quoted(kModels)) == 0,
                  folder.log());
  const Mask ideal = read_mask(folder.file("out/p_ideal.nii.gz"));
  const double by_chain = dice(found.voxels, truth.voxels), by_ideal = dice(ideal.voxels, truth.voxels);
  MESSAGE("Dice of the chain " << by_chain << ", of the cascade on the ideal images " << by_ideal);
  CHECK(by_chain >= by_ideal - 0.03);
  CHECK(by_ideal > 0.5);
}

TEST_CASE("clinical: preprocess writes both images and the lesions on one grid, for training") {
  const RunFolder folder("clinical_prepared");
  make_scans(folder, "scan", 5, kSmallT1 + kSmallFlair);
  const std::string out = folder.file("out/");
  REQUIRE_MESSAGE(run_graph(folder, kGraphs + "preprocess.json",
                            "--case-name q --in flair=" + quoted(out + "scan_flair.nii.gz") + " --in t1=" +
                                quoted(out + "scan_t1.nii.gz") + " --in brain=" + quoted(out + "scan_brain.nii.gz") +
                                " --in lesions=" + quoted(out + "scan_lesions.nii.gz")) == 0,
                  folder.log());
  const Volume flair = read_volume(out + "q_flair.nii.gz"), t1 = read_volume(out + "q_t1.nii.gz");
  const Mask lesions = read_mask(out + "q_lesions.nii.gz"), truth = read_mask(out + "scan_lesions.nii.gz");
  CHECK(flair.geometry.spacing == std::array<double, 3>{1, 1, 1});
  CHECK(flair.geometry == t1.geometry);
  CHECK(flair.geometry == lesions.geometry);
  const auto volume = [](const Mask& mask) {
    return static_cast<double>(std::count(mask.voxels.begin(), mask.voxels.end(), 1)) * mask.geometry.voxel_volume();
  };
  CHECK(volume(lesions) == doctest::Approx(volume(truth)).epsilon(0.1));
}

TEST_CASE("clinical: a T1 that does not fit, a FLAIR given as T1, thick slices: a warning each, or the end of the case") {
  const RunFolder folder("clinical_doubts");
  make_scans(folder, "scan", 5, kSmallT1 + kSmallFlair);
  make_scans(folder, "thick", 5, kSmallT1 + " --set raw.flair_size=120,128,36 --set raw.flair_spacing=2,2,5");

  // Artificial heads differ in their brains and hardly in their outlines, so another one is this one made larger.
  Volume larger = read_volume(folder.file("out/scan_t1.nii.gz"));
  for (double& spacing : larger.geometry.spacing) spacing *= 1.08;
  NodeRunner write("io.write_volume", {{"path", folder.file("out/larger_t1.nii.gz")}});
  write.input("volume", larger).run();
  Files files;
  files.t1 = "larger_t1.nii.gz";
  CHECK(segment(folder, files, "") == 0);
  CHECK(says(folder, "prepare/register/rigid: "));
  CHECK(segment(folder, files, "--set on_doubt=fail") == 1);

  files.t1 = "scan_flair.nii.gz";
  CHECK(segment(folder, files, "") == 0);
  CHECK(says(folder, "does not look like a T1w image: the white matter is not brighter than the rest"));

  files = {"thick_flair.nii.gz", "thick_t1.nii.gz", "thick_brain.nii.gz"};
  const std::string keep_all = "--set least_volume=0 --set smallest_lesion=0 --set threshold=0.5 ";
  CHECK(segment(folder, files, keep_all) == 0);
  CHECK(says(folder, "are 5 mm apart, more than 4 mm"));
  const Mask found = read_mask(folder.file("out/p_lesions.nii.gz"));
  CHECK(segment(folder, files, keep_all + "--set grow=true --set grown.above=0.5") == 0);
  const Mask grown = read_mask(folder.file("out/p_lesions.nii.gz"));
  CHECK(std::count(grown.voxels.begin(), grown.voxels.end(), 1) > std::count(found.voxels.begin(), found.voxels.end(), 1));
  for (std::size_t i = 0; i < found.voxels.size(); ++i)
    if (found.voxels[i] && !grown.voxels[i]) FAIL("a voxel of the mask was lost as it grew");
}

TEST_CASE("clinical: a BIDS data set, its results as a derivative in the FLAIR's space") {
  const RunFolder folder("clinical_bids");
  make_scans(folder, "scan", 5, kSmallT1 + kSmallFlair);
  const std::string anat = folder.file("study/sub-01/anat/");
  std::filesystem::create_directories(anat);
  for (const auto& [from, to] : {std::pair{"flair", "FLAIR"}, std::pair{"t1", "T1w"}})
    std::filesystem::copy(folder.file("out/scan_" + std::string(from) + ".nii.gz"), anat + "sub-01_" + to + ".nii.gz");
  std::ofstream(folder.file("study/dataset_description.json")) << R"({"Name": "Made up", "BIDSVersion": "1.9.0"})";
  const std::string words = "--bids " + quoted(folder.file("study")) + " --in brain=" +
                            quoted(folder.file("out/scan_brain.nii.gz")) + own_settings();
  const int status = run_graph(folder, own_cascade(folder), words);
  REQUIRE_MESSAGE(status == 0, folder.log());
  const std::string results = folder.file("out/sub-01/anat/sub-01_space-FLAIR_");
  const Volume flair = read_volume(anat + "sub-01_FLAIR.nii.gz");
  CHECK(read_mask(results + "label-lesion_mask.nii.gz").geometry == flair.geometry);
  CHECK(read_mask(results + "desc-brain_mask.nii.gz").geometry == flair.geometry);
  CHECK(read_volume(results + "label-lesion_probseg.nii.gz").geometry == flair.geometry);
  const std::string sidecar = folder.text("out/sub-01/anat/sub-01_space-FLAIR_label-lesion_mask.json");
  CHECK(sidecar.find("sub-01/anat/sub-01_FLAIR.nii.gz") != std::string::npos);
  CHECK(sidecar.find("\"Type\": \"Lesion\"") != std::string::npos);
  // Its nodes have conditions within conditions; the record has to be read again all the same.
  CHECK(run_graph(folder, own_cascade(folder), words + "--resume") == 0);
  CHECK(says(folder, "1 case done before and unchanged"));
}

TEST_CASE("clinical: DICOM folders go through the chain as files do; a folder with two series ends the case") {
  const RunFolder folder("clinical_dicom");
  make_scans(folder, "scan", 5, kSmallT1 + kSmallFlair);
  const std::string settings = "--set threshold=0.5 --set least_volume=0";
  REQUIRE_MESSAGE(segment(folder, {}, settings) == 0, folder.log());
  const Mask of_files = read_mask(folder.file("out/p_lesions.nii.gz"));

  const Volume t1 = read_volume(folder.file("out/scan_t1.nii.gz"));
  const double step = *std::max_element(t1.voxels.begin(), t1.voxels.end()) / 30000;
  save_series(folder.file("out/t1"), t1, "1.2.826.0.1.3680043.2.1125.7", step);
  Files files;
  files.t1 = "t1";
  REQUIRE_MESSAGE(segment(folder, files, settings) == 0, folder.log());
  const Mask of_series = read_mask(folder.file("out/p_lesions.nii.gz"));
  CHECK(std::count(of_files.voxels.begin(), of_files.voxels.end(), 1) > 0);
  CHECK(dice(of_series.voxels, of_files.voxels) > 0.95);

  save_series(folder.file("out/t1"), t1, "1.2.826.0.1.3680043.2.1125.8", step);
  CHECK(segment(folder, files, settings) == 1);
  CHECK(says(folder, "1.2.826.0.1.3680043.2.1125.8"));
}

TEST_CASE("clinical: no brain, a brain on another grid, 4D and missing models end the case with a sentence") {
  const RunFolder folder("clinical_faults");
  make_scans(folder, "scan", 5, kSmallT1 + kSmallFlair);
  make_scans(folder, "wide", 5, kSmallT1 + " --set raw.flair_size=100,100,40 --set raw.flair_spacing=2,2,4");

  Files files;
  files.brain = "wide_brain.nii.gz";
  CHECK(segment(folder, files, "") == 1);
  CHECK(says(folder, "are not on one grid: size 100 x 100 x 40 and 120 x 128 x 60 voxels"));

  const auto in = [&](const std::string& name, const std::string& file) {
    return " --in " + name + "=" + quoted(folder.file("out/" + file));
  };
  CHECK(run_graph(folder, kGraphs + "preprocess.json",
                  "--case-name q" + in("flair", "scan_flair.nii.gz") + in("t1", "scan_t1.nii.gz") + in("brain", "scan_brain.nii.gz") +
                      in("lesions", "wide_lesions.nii.gz")) == 1);
  CHECK(says(folder, "wide_lesions.nii.gz"));
  CHECK(says(folder, "are not on one grid"));

  Mask none = read_mask(folder.file("out/scan_brain.nii.gz"));
  none.voxels.assign(none.voxels.size(), 0);
  NodeRunner write("io.write_mask", {{"path", folder.file("out/none.nii.gz")}});
  write.input("mask", none).run();
  files.brain = "none.nii.gz";
  CHECK(segment(folder, files, "") == 1);
  CHECK(says(folder, "no brain was found"));

  files = {};
  files.t1 = "4d.nii";
  save_4d(folder.file("out/4d.nii"));
  CHECK(segment(folder, files, "") == 1);
  CHECK(says(folder, "4d.nii': it is 4D (4 x 4 x 4 x 2)"));

  files = {};
  CHECK(segment(folder, files, "", "/nonexistent") == 2);
  CHECK(says(folder, "/nonexistent/initial.pt"));
  files.brain.clear();
  CHECK(segment(folder, files, "--set brain_models=/nonexistent") == 2);
  CHECK(says(folder, "/nonexistent/bbox_model.pt"));
}

}  // namespace flowrun::testing
