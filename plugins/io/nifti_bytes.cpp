#include "nifti_bytes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "file_grid.h"
#include "nifti_file.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kBytes = 352;
constexpr double kExactEnough = 0.01;  // of a voxel, between the two forms
constexpr int kScanner = 1;

/// b, c, d of a rotation (row-major), for a from 0 on.
std::array<double, 3> quaternion_of(const std::array<double, 9>& r) {
  // Twice each of a, b, c, d, squared; the largest is divided by, so that rounding does no harm.
  const std::array<double, 4> squares{1 + r[0] + r[4] + r[8], 1 + r[0] - r[4] - r[8], 1 - r[0] + r[4] - r[8],
                                      1 - r[0] - r[4] + r[8]};
  const auto largest = static_cast<std::size_t>(std::max_element(squares.begin(), squares.end()) - squares.begin());
  const double twice = std::sqrt(squares[largest]), s = 1 / (2 * twice);
  std::array<double, 4> q{};
  q[largest] = twice / 2;
  const double ab = (r[7] - r[5]) * s, ac = (r[2] - r[6]) * s, ad = (r[3] - r[1]) * s, bc = (r[1] + r[3]) * s,
               bd = (r[2] + r[6]) * s, cd = (r[5] + r[7]) * s;
  if (largest == 0) q = {q[0], ab, ac, ad};
  if (largest == 1) q = {ab, q[1], bc, bd};
  if (largest == 2) q = {ac, bc, q[2], cd};
  if (largest == 3) q = {ad, bd, cd, q[3]};
  const double sign = q[0] < 0 ? -1 : 1;
  return {sign * q[1], sign * q[2], sign * q[3]};
}

/// The nearest float32, some steps away. Through memory: GCC 12 leaves a conversion out where it works on two numbers
/// at once.
float moved(double value, int steps) {
  volatile float kept = static_cast<float>(value);
  float number = kept;
  for (; steps > 0; --steps) number = std::nextafter(number, 2.0f);
  for (; steps < 0; ++steps) number = std::nextafter(number, -2.0f);
  return number;
}

/// Rounds the quaternion to float32. A reader works out its first part from the others, which near 0 makes much of a
/// rounding error, so of the numbers around the nearest ones those are taken that place the image best.
double round_quaternion(NiftiHeader& header, const std::array<std::int64_t, 3>& size) {
  constexpr int kSteps = 2;
  const std::array<double, 3> exact = header.quaternion;
  std::array<double, 3> best{};
  double least = HUGE_VAL;
  for (int b = -kSteps; b <= kSteps; ++b)
    for (int c = -kSteps; c <= kSteps; ++c)
      for (int d = -kSteps; d <= kSteps; ++d) {
        header.quaternion = {moved(exact[0], b), moved(exact[1], c), moved(exact[2], d)};
        const double shift = corner_shift(qform_matrix(header, "the header to write"), header.rows, size);
        if (shift >= least) continue;
        least = shift;
        best = header.quaternion;
      }
  header.quaternion = best;
  return least;
}

/// The sform of a grid in RAS, exactly.
std::array<double, 12> rows_of(const FileGrid& grid) {
  std::array<double, 12> rows = grid.matrix;
  for (std::size_t i = 0; i < 8; ++i) rows[i] = -rows[i];
  return rows;
}

std::array<double, 12> in_float32(std::array<double, 12> rows) {
  for (double& entry : rows) entry = static_cast<float>(entry);
  return rows;
}

/// The two forms of a grid, in RAS and in numbers that float32 has.
NiftiHeader forms_of(const Geometry& geometry) {
  NiftiHeader header;
  const FileGrid grid = file_grid_of(geometry);
  header.rows = in_float32(rows_of(grid));
  for (std::size_t i = 0; i < 3; ++i) header.offset[i] = header.rows[4 * i + 3];
  std::array<double, 9> turn = right_angled_geometry(grid).direction;
  for (std::size_t i = 0; i < 6; ++i) turn[i] = -turn[i];
  const double determinant = turn[0] * (turn[4] * turn[8] - turn[5] * turn[7]) -
                             turn[1] * (turn[3] * turn[8] - turn[5] * turn[6]) +
                             turn[2] * (turn[3] * turn[7] - turn[4] * turn[6]);
  header.pixdim.fill(1);
  if (determinant < 0) {
    header.pixdim[0] = -1;
    for (const std::size_t i : {2u, 5u, 8u}) turn[i] = -turn[i];
  }
  for (std::size_t i = 0; i < 3; ++i) header.pixdim[i + 1] = static_cast<float>(geometry.spacing[i]);
  header.quaternion = quaternion_of(turn);
  const double shift = round_quaternion(header, geometry.size);
  const double voxel = std::min({geometry.spacing[0], geometry.spacing[1], geometry.spacing[2]});
  header.sform_code = kScanner;
  header.qform_code = shift <= kExactEnough * voxel ? kScanner : 0;
  return header;
}

template <class T>
void put(std::vector<char>& bytes, std::size_t place, T value) {
  std::memcpy(&bytes[place], &value, sizeof value);
}

template <std::size_t N>
void put_floats(std::vector<char>& bytes, std::size_t place, const std::array<double, N>& numbers) {
  for (std::size_t i = 0; i < N; ++i) put(bytes, place + 4 * i, static_cast<float>(numbers[i]));
}

}  // namespace

double nifti_shift(const Geometry& geometry) {
  const std::array<double, 12> rows = rows_of(file_grid_of(geometry));
  return corner_shift(rows, in_float32(rows), geometry.size);
}

std::vector<char> nifti_header_bytes(const Geometry& geometry, int datatype, int bits) {
  constexpr char kMillimeters = 2;
  const NiftiHeader forms = forms_of(geometry);
  std::vector<char> bytes(kBytes, 0);
  put<std::int32_t>(bytes, 0, 348);
  bytes[38] = 'r';
  put<std::int16_t>(bytes, 40, 3);
  for (std::size_t i = 0; i < 7; ++i) put(bytes, 42 + 2 * i, static_cast<std::int16_t>(i < 3 ? geometry.size[i] : 1));
  put(bytes, 70, static_cast<std::int16_t>(datatype));
  put(bytes, 72, static_cast<std::int16_t>(bits));
  put_floats(bytes, 76, forms.pixdim);
  put(bytes, 108, static_cast<float>(kBytes));
  put(bytes, 112, 1.0f);
  bytes[123] = kMillimeters;
  put(bytes, 252, static_cast<std::int16_t>(forms.qform_code));
  put(bytes, 254, static_cast<std::int16_t>(forms.sform_code));
  put_floats(bytes, 256, forms.quaternion);
  put_floats(bytes, 268, forms.offset);
  put_floats(bytes, 280, forms.rows);
  std::memcpy(&bytes[344], "n+1", 4);
  return bytes;
}

}  // namespace flowrun::io
