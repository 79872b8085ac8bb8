// The published networks on real images, against probabilities that another implementation computed once.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include "flowrun/testing/node_runner.h"
#include "support/needs.h"
#include "test_folder.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kShared = FLOWRUN_SHARED_DIR;
const fs::path kWeights = kShared / "models/msseg2016";

struct GoldenRow {
  float x, y, z, initial, final;
};

/// Every `step`-th row of a file of golden rows.
std::vector<GoldenRow> golden_rows(const fs::path& file, std::size_t step) {
  const std::string bytes = bytes_of(file.string());
  std::vector<GoldenRow> rows;
  for (std::size_t at = 0; at + sizeof(GoldenRow) <= bytes.size(); at += step * sizeof(GoldenRow)) {
    GoldenRow row{};
    std::memcpy(&row, bytes.data() + at, sizeof row);
    rows.push_back(row);
  }
  return rows;
}

Volume normalised(const fs::path& file) {
  NodeRunner reader("io.read_volume");
  reader.set("path", file.string()).run();
  NodeRunner normalise("intensity.normalise");
  normalise.input("volume", reader.output_ptr("volume")).run();
  return normalise.output<Volume>("volume");
}

VoxelList voxels_of(const std::map<std::int64_t, GoldenRow>& rows, const Geometry& geometry) {
  VoxelList list;
  list.geometry = geometry;
  for (const auto& [voxel, row] : rows) list.voxels.push_back(voxel);
  return list;
}

std::map<std::int64_t, GoldenRow> chosen_rows(const fs::path& patient, const Geometry& geometry) {
  std::map<std::int64_t, GoldenRow> chosen;
  for (const auto& [file, step] : {std::pair("golden_candidates.f32", 60), std::pair("golden_random.f32", 40)}) {
    for (const GoldenRow& row : golden_rows(patient / file, static_cast<std::size_t>(step)))
      chosen[geometry.index_of(std::lround(row.x), std::lround(row.y), std::lround(row.z))] = row;
  }
  return chosen;
}

double largest_difference(const std::string& model, const std::vector<PayloadPtr>& chunks,
                          const std::map<std::int64_t, GoldenRow>& rows, float GoldenRow::*expected) {
  double largest = 0;
  for (const PayloadPtr& chunk : chunks) {
    NodeRunner stage("cnn.stage", {{"model", model}}, "cpu");
    stage.input("patches", chunk).run();
    const Scores& scores = stage.output<Scores>("scores");
    REQUIRE(scores.values.size() == scores.voxels.size());
    for (std::size_t i = 0; i < scores.values.size(); ++i)
      largest = std::max<double>(largest, std::abs(scores.values[i] - rows.at(scores.voxels[i]).*expected));
  }
  return largest;
}

std::vector<PayloadPtr> patches_around(const fs::path& patient, std::map<std::int64_t, GoldenRow>& rows) {
  NodeRunner extract("patches.extract");
  Geometry geometry;
  for (const char* channel : {"FLAIR", "PD_standin", "T2", "T1"}) {
    Volume volume = normalised(patient / (std::string(channel) + ".nii.gz"));
    geometry = volume.geometry;
    extract.input("volumes", std::move(volume));
  }
  rows = chosen_rows(patient, geometry);
  extract.input("voxels", voxels_of(rows, geometry)).run();
  return extract.items("patches");
}

/// cnn.dense_inference at the golden rows' voxels.
double largest_difference_of_dense(const std::string& model, const fs::path& patient,
                                   const std::map<std::int64_t, GoldenRow>& rows, float GoldenRow::*expected) {
  NodeRunner dense("cnn.dense_inference", {{"model", model}, {"strategy", std::string("dense")}}, "cpu");
  Geometry geometry;
  for (const char* channel : {"FLAIR", "PD_standin", "T2", "T1"}) {
    Volume volume = normalised(patient / (std::string(channel) + ".nii.gz"));
    geometry = volume.geometry;
    dense.input("volumes", std::move(volume));
  }
  dense.threads(2).input("voxels", voxels_of(rows, geometry)).run();
  const Scores& scores = dense.output<Scores>("scores");
  double largest = 0;
  for (std::size_t i = 0; i < scores.values.size(); ++i)
    largest = std::max<double>(largest, std::abs(scores.values[i] - rows.at(scores.voxels[i]).*expected));
  return largest;
}

TEST_CASE("golden: imported networks give the published probabilities on real images" *
          doctest::test_suite("needs shared data")) {
  for (const char* type : {"io.read_volume", "intensity.normalise", "patches.extract"}) {
    if (!found_plugins().find(type)) return flowrun::testing::could_not_run(std::string(type) + " is not built");
  }
  if (!fs::exists(kWeights)) return flowrun::testing::could_not_run("there are no published weights in " + kWeights.string());
  const TestFolder folder;
  for (const char* which : {"init", "final"}) {
    NodeRunner importer("cnn.import_weights");
    importer.set("weights", (kWeights / ("deep-challenge2016." + std::string(which) + ".model_weights.pkl")).string());
    importer.set("model", folder.file(std::string(which) + ".pt")).run();
  }
  for (const char* patient : {"patient07", "patient19"}) {
    CAPTURE(patient);
    std::map<std::int64_t, GoldenRow> rows;
    const std::vector<PayloadPtr> chunks = patches_around(kShared / "data/open_ms" / patient, rows);
    CHECK(rows.size() > 300);
    CHECK(largest_difference(folder.file("init.pt"), chunks, rows, &GoldenRow::initial) < 1e-4);
    CHECK(largest_difference(folder.file("final.pt"), chunks, rows, &GoldenRow::final) < 1e-4);
    const double initial =
        largest_difference_of_dense(folder.file("init.pt"), kShared / "data/open_ms" / patient, rows, &GoldenRow::initial);
    const double final =
        largest_difference_of_dense(folder.file("final.pt"), kShared / "data/open_ms" / patient, rows, &GoldenRow::final);
    MESSAGE("dense inference differs by at most ", initial, " and ", final);
    CHECK(initial < 2e-5);
    CHECK(final < 2e-5);
  }
}

}  // namespace
}  // namespace flowrun::testing
