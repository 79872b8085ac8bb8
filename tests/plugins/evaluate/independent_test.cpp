#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "measures.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

/// The standard output of a command; empty when it fails.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; pipe && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  return pipe && pclose(pipe) == 0 ? text : "";
}

std::map<std::string, double> independent(const Mask& found, const Mask& reference) {
  const fs::path folder = fs::temp_directory_path() / ("flowrun_evaluate_" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::string command = std::string("/usr/bin/python3 ") + FLOWRUN_TEST_FOLDER + "/independent.py";
  for (const Mask* mask : {&found, &reference}) {
    const fs::path file = folder / (mask == &found ? "found" : "reference");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(mask->voxels.data()), static_cast<std::streamsize>(mask->voxels.size()));
    command += " " + file.string();
  }
  for (const std::int64_t axis : found.geometry.size) command += " " + std::to_string(axis);
  for (const double axis : found.geometry.spacing) command += " " + std::to_string(axis);
  std::istringstream lines(output_of(command));
  std::map<std::string, double> values;
  std::string name, value;
  while (lines >> name >> value) values[name] = std::stod(value);
  fs::remove_all(folder);
  return values;
}

/// Blobs that touch and overlap: noise, smoothed by a vote of the 3 x 3 x 3 neighbours.
Mask blobs(const Geometry& geometry, double chance, unsigned seed) {
  const Mask noise = random_mask(geometry, chance, seed);
  Mask mask = noise;
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i) {
    const auto at = geometry.voxel_at(i);
    int votes = 0;
    for (int code = 0; code < 27; ++code) {
      const std::int64_t x = at[0] + code % 3 - 1, y = at[1] + code / 3 % 3 - 1, z = at[2] + code / 9 - 1;
      if (x < 0 || y < 0 || z < 0 || x >= geometry.size[0] || y >= geometry.size[1] || z >= geometry.size[2]) continue;
      votes += noise.voxels[static_cast<std::size_t>(geometry.index_of(x, y, z))];
    }
    mask.voxels[static_cast<std::size_t>(i)] = votes >= 12;
  }
  return mask;
}

TEST_CASE("evaluate: agrees with brute force by NumPy and SciPy on random masks" * doctest::test_suite("needs scipy")) {
  if (!python_has("numpy, scipy"))
    return flowrun::testing::could_not_run(
        "/usr/bin/python3 has no NumPy and SciPy; on Debian: apt-get install python3-numpy python3-scipy");
  int lesions = 0;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    const Geometry grid = small_grid(24, 20, 12);
    const Mask reference = blobs(grid, 0.33, seed);
    Mask found = blobs(grid, 0.33, seed + 100);
    for (std::size_t i = 0; i < found.voxels.size(); ++i)  // alike in one half of the image, unlike in the other
      if (grid.voxel_at(static_cast<std::int64_t>(i))[0] < 12) found.voxels[i] = reference.voxels[i] && i % 3;
    const auto expected = independent(found, reference);
    REQUIRE(expected.size() == 10);
    const Table overlap = measured("evaluate.overlap", found, reference),
                matches = measured("evaluate.lesions", found, reference);
    for (const auto& [name, value] : expected) {
      CAPTURE(name);
      const double got = number(name.starts_with("lesions") ? matches : overlap, name);
      CHECK(got == doctest::Approx(value).epsilon(1e-9));
    }
    lesions += static_cast<int>(expected.at("lesions_detected"));
  }
  CHECK(lesions > 6);  // masks on which nothing is detected would tell nothing about the rule
}

}  // namespace
}  // namespace flowrun::testing
