#include "io/file_grid.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "flowrun/sdk/error.h"

using namespace flowrun;
using namespace flowrun::io;

namespace {

using Vector = std::array<double, 3>;

Vector at(const FileGrid& grid, const Vector& voxel) {
  Vector point;
  for (std::size_t row = 0; row < 3; ++row) {
    point[row] = grid.matrix[4 * row + 3];
    for (std::size_t axis = 0; axis < 3; ++axis) point[row] += grid.matrix[4 * row + axis] * voxel[axis];
  }
  return point;
}

/// A grid turned by a random rotation, left-handed every other time. `shear` is added as a share of y to z's column.
FileGrid random_grid(std::mt19937& random, bool left_handed, double shear = 0) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> spacing(0.2, 6), place(-300, 300);
  double a = normal(random), b = normal(random), c = normal(random), d = normal(random);
  const double norm = std::sqrt(a * a + b * b + c * c + d * d);
  a /= norm, b /= norm, c /= norm, d /= norm;
  const std::array<double, 9> turned{a * a + b * b - c * c - d * d, 2 * (b * c - a * d),           2 * (b * d + a * c),
                                     2 * (b * c + a * d),           a * a + c * c - b * b - d * d, 2 * (c * d - a * b),
                                     2 * (b * d - a * c),           2 * (c * d + a * b),           a * a + d * d - b * b - c * c};
  FileGrid grid;
  grid.size = {11, 9, 7};
  const Vector step{spacing(random), spacing(random), left_handed ? -spacing(random) : spacing(random)};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis) grid.matrix[4 * row + axis] = turned[3 * row + axis] * step[axis];
    grid.matrix[4 * row + 2] += shear * std::abs(step[2]) * turned[3 * row + 1];
    grid.matrix[4 * row + 3] = place(random);
  }
  return grid;
}

std::string refusal(const FileGrid& grid, Sheared sheared = Sheared::refuse) {
  try {
    require_readable(grid, "a.nii", sheared);
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

/// A value that is linear in the world, so that linear interpolation gives it back exactly.
double ramp(const Vector& point) { return 3 * point[0] - 2 * point[1] + 0.5 * point[2]; }

Volume ramp_on(const FileGrid& grid) {
  Volume volume;
  for (std::int64_t z = 0; z < grid.size[2]; ++z)
    for (std::int64_t y = 0; y < grid.size[1]; ++y)
      for (std::int64_t x = 0; x < grid.size[0]; ++x)
        volume.voxels.push_back(
            static_cast<float>(ramp(at(grid, {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}))));
  return volume;
}

double determinant(const FileGrid& grid) {
  const auto& m = grid.matrix;
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
}

}  // namespace

TEST_CASE("file grid: the geometry of a grid has its affine, right-handed or left-handed, also when rounded to float32") {
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    FileGrid grid = random_grid(random, i % 2 == 1);
    if (i % 3 == 0)
      for (double& entry : grid.matrix) entry = static_cast<float>(entry);
    CHECK(refusal(grid) == "");
    const FileGrid back = file_grid_of(geometry_of(grid));
    for (std::size_t entry = 0; entry < 12; ++entry) CHECK(std::abs(back.matrix[entry] - grid.matrix[entry]) < 1e-12);
  }
}

TEST_CASE("file grid: a shear is refused with its angle and what to do, a rounding error is not") {
  std::mt19937 random(8);
  for (const double degrees : {1.0, 5.0, 20.0, 60.0}) {
    CAPTURE(degrees);
    const FileGrid grid = random_grid(random, false, std::tan(degrees * M_PI / 180));
    CHECK(std::abs(shear_of(grid).degrees - degrees) < 1e-9);
    CHECK(refusal(grid).starts_with("cannot read 'a.nii': its axes are not at right angles to each other (they are sheared by " +
                                    number_text(degrees) + " degrees, which moves a corner"));
    CHECK(refusal(grid).find("set the parameter 'sheared' to \"resample\"") != std::string::npos);
  }
  CHECK_FALSE(shear_of(random_grid(random, false, 1e-5)).is_sheared);
}

TEST_CASE("file grid: what counts as sheared is how far a corner moves, so it depends on the size of the image") {
  FileGrid grid;
  grid.matrix[1] = 1e-3;  // y leans towards x by a thousandth
  grid.size = {50, 50, 50};
  CHECK_FALSE(shear_of(grid).is_sheared);
  grid.size = {50, 512, 50};
  CHECK(shear_of(grid).is_sheared);
  CHECK(std::abs(shear_of(grid).shift - 0.512) < 1e-3);
}

TEST_CASE("file grid: a sheared image is resampled to where its voxels lie in the world") {
  std::mt19937 random(9);
  for (int i = 0; i < 50; ++i) {
    const bool left_handed = i % 2 == 1;
    const FileGrid grid = random_grid(random, left_handed, i % 4 < 2 ? 0.4 : -0.4);
    REQUIRE(refusal(grid, Sheared::resample) == "");
    Volume volume = ramp_on(grid);
    const float lowest = *std::min_element(volume.voxels.begin(), volume.voxels.end());
    std::string said;
    place_on_grid(volume, grid, "a.nii", Between::linear, [&](std::string_view text) { said = text; });
    CHECK(said.find("resampled from 11 x 9 x 7 to 11 x ") != std::string::npos);
    const FileGrid onto = file_grid_of(volume.geometry);
    CHECK(shear_of(onto).degrees < 1e-9);
    CHECK(determinant(onto) * determinant(grid) > 0);
    REQUIRE(static_cast<std::int64_t>(volume.voxels.size()) == volume.geometry.voxel_count());
    int inside = 0;
    for (std::size_t v = 0; v < volume.voxels.size(); ++v) {
      const auto voxel = volume.geometry.voxel_at(static_cast<std::int64_t>(v));
      if (volume.voxels[v] == lowest) continue;
      // The outer half of the outermost voxels has the value of their centre, so the first and last row may differ.
      const double expected = ramp(at(onto, {double(voxel[0]), double(voxel[1]), double(voxel[2])}));
      if (std::abs(volume.voxels[v] - expected) < 1e-3 * (1 + std::abs(expected))) ++inside;
    }
    CHECK(inside >= 11 * 8 * 7 - 7 * 11);
  }
}

TEST_CASE("file grid: a shift by whole voxels moves lines and changes no value, also with the nearest voxel's") {
  FileGrid grid;
  grid.size = {3, 2, 3};
  grid.matrix = {2, 0, 2, 10, 0, 3, 0, 20, 0, 0, 4, 30};  // each slice one voxel further along x
  for (const Between between : {Between::linear, Between::nearest}) {
    Volume volume;
    for (int i = 0; i < 18; ++i) volume.voxels.push_back(static_cast<float>(i + 5));
    place_on_grid(volume, grid, "a.nii", between, [](std::string_view) {});
    CHECK(volume.geometry == Geometry{{5, 2, 3}, {2, 3, 4}, {10, 20, 30}, {1, 0, 0, 0, 1, 0, 0, 0, 1}});
    const float out = between == Between::linear ? 5.0f : 0.0f;
    CHECK(volume.voxels == std::vector<float>{5,   6,  7,  out, out, 8,   9,   10, out, out, out, 11,  12, 13, out,
                                              out, 14, 15, 16,  out, out, out, 17, 18,  19,  out, out, 20, 21, 22});
  }
}

TEST_CASE("file grid: a mask keeps whole numbers when it is resampled") {
  std::mt19937 random(10);
  const FileGrid grid = random_grid(random, false, 0.37);
  Volume volume;
  for (int i = 0; i < 11 * 9 * 7; ++i) volume.voxels.push_back(static_cast<float>(i % 4));
  place_on_grid(volume, grid, "a.nii", Between::nearest, [](std::string_view) {});
  for (const float value : volume.voxels) CHECK(value == std::nearbyint(value));
}

TEST_CASE("file grid: axes in one plane and grids that would grow too large are refused") {
  FileGrid flat;
  flat.size = {4, 4, 4};
  flat.matrix[5] = 0;
  CHECK(refusal(flat).find("voxel size is 1 x 0 x 1 mm") != std::string::npos);
  flat.matrix[1] = 1;
  CHECK(refusal(flat, Sheared::resample).find("lie in one plane") != std::string::npos);
  FileGrid steep;
  steep.size = {10, 10, 1000};
  steep.matrix[2] = 2;
  CHECK(refusal(steep, Sheared::resample).find("times as many voxels") != std::string::npos);
}
