// The reference material beside the checkout: real images, published weights, golden probabilities.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace golden {

namespace fs = std::filesystem;

/// One row of golden_*.f32: a voxel (NIfTI indices x, y, z) and both networks' probability of lesion.
struct Row {
  std::array<std::int64_t, 3> voxel;
  float initial, final;
};

struct Summary {
  std::int64_t candidates, voxels_over_half, components_kept, voxels_kept;
  double dice_product, dice_final;
};

/// ../shared/data/open_ms/<patient>, or an empty path when it is not there: then the test says so and is skipped.
fs::path patient_folder(const std::string& patient);
std::vector<Row> read_rows(const fs::path& file);
Summary read_summary(const fs::path& file);

/// The number of candidates that a run's record gives for a case.
double reported_candidates(const fs::path& record, const std::string& patient);

/// A folder of its own, gone with it.
struct TempFolder {
  TempFolder();
  ~TempFolder();
  fs::path path;
};

/// Runs flowrun and waits; its exit status. What it prints goes to `log`.
int run_flowrun(const std::string& arguments, const fs::path& log);
std::string text_of(const fs::path& file);

/// Imports the published weights with the shipped graph, as a person does.
void import_weights(const fs::path& models);
/// The same with the weights of nicMSlesions in one of its folders.
void import_nicmslesions(const std::string& folder, const fs::path& models);

}  // namespace golden
