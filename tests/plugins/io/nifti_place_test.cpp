// Where a NIfTI file puts its voxels: compared with matrices worked out here in double precision.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

using Matrix = std::array<double, 12>;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Matrix to_lps(Matrix ras, double unit = 1) {
  for (std::size_t i = 0; i < 12; ++i) ras[i] *= i < 8 ? -unit : unit;
  return ras;
}

/// The nearest float32. Through memory: GCC 12 leaves the conversion out where it works on two numbers at once.
double as_float(double value) {
  volatile float kept = static_cast<float>(value);
  return kept;
}

struct Turned {
  std::array<double, 3> quaternion{};
  Matrix ras{};
  std::array<double, 3> spacing{};
  double qfac = 1;
};

/// A random place whose quaternion, voxel sizes and origin are float32 numbers.
Turned random_place(std::mt19937& random, bool left_handed) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<float> spacing(0.2f, 6), origin(-300, 300);
  std::array<double, 4> q{std::abs(normal(random)), normal(random), normal(random), normal(random)};
  const double norm = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  Turned turned;
  for (std::size_t i = 0; i < 3; ++i) turned.quaternion[i] = as_float(q[i + 1] / norm);
  const auto [b, c, d] = turned.quaternion;
  const double a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
  const std::array<double, 9> r{a * a + b * b - c * c - d * d, 2 * (b * c - a * d),           2 * (b * d + a * c),
                                2 * (b * c + a * d),           a * a + c * c - b * b - d * d, 2 * (c * d - a * b),
                                2 * (b * d - a * c),           2 * (c * d + a * b),           a * a + d * d - c * c - b * b};
  turned.qfac = left_handed ? -1 : 1;
  for (std::size_t axis = 0; axis < 3; ++axis) turned.spacing[axis] = spacing(random);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      turned.ras[4 * row + axis] = r[3 * row + axis] * turned.spacing[axis] * (axis == 2 ? turned.qfac : 1);
    turned.ras[4 * row + 3] = origin(random);
  }
  return turned;
}

void put_qform(Bytes& bytes, const Turned& place, int code) {
  put<std::int16_t>(bytes, 252, static_cast<std::int16_t>(code));
  put(bytes, 76, static_cast<float>(place.qfac));
  for (std::size_t i = 0; i < 3; ++i) {
    put(bytes, 80 + 4 * i, static_cast<float>(place.spacing[i]));
    put(bytes, 256 + 4 * i, static_cast<float>(place.quaternion[i]));
    put(bytes, 268 + 4 * i, static_cast<float>(place.ras[4 * i + 3]));
  }
}

void put_sform(Bytes& bytes, const Matrix& ras, int code) {
  put<std::int16_t>(bytes, 254, static_cast<std::int16_t>(code));
  for (std::size_t i = 0; i < 12; ++i) put(bytes, 280 + 4 * i, static_cast<float>(ras[i]));
}

Matrix rounded(Matrix matrix) {
  for (double& entry : matrix) entry = as_float(entry);
  return matrix;
}

/// The same image as NIfTI-2 with these rows as its sform.
Bytes second_version(const Bytes& first, const Matrix& ras) {
  Bytes bytes(544);
  put<std::int32_t>(bytes, 0, 540);
  std::memcpy(&bytes[4], "n+2\0\r\n\032\n", 8);
  put<std::int16_t>(bytes, 12, 16);
  put<std::int16_t>(bytes, 14, 32);
  for (std::size_t i = 0; i < 8; ++i) {
    std::int16_t dim = 0;
    std::memcpy(&dim, &first[40 + 2 * i], 2);
    put<std::int64_t>(bytes, 16 + 8 * i, dim);
    put(bytes, 104 + 8 * i, 1.0);
  }
  put<std::int64_t>(bytes, 168, 544);
  put<std::int32_t>(bytes, 348, 1);
  put<std::int32_t>(bytes, 500, 2);
  for (std::size_t i = 0; i < 12; ++i) put(bytes, 400 + 8 * i, ras[i]);
  for (std::size_t i = 0; i < 3; ++i) put(bytes, 112 + 8 * i, std::hypot(ras[i], ras[4 + i], ras[8 + i]));
  bytes.insert(bytes.end(), first.begin() + 352, first.end());
  return bytes;
}

}  // namespace

TEST_CASE("nifti: the place of random images is the sform's, else the qform's, to the last digits of float32") {
  const TempFolder folder;
  std::mt19937 random(11);
  for (int i = 0; i < 200; ++i) {
    const Turned place = random_place(random, i % 2 == 1);
    const bool by_sform = i % 3 != 0;
    Bytes bytes = nifti_bytes({5, 4, 3});
    put_qform(bytes, place, by_sform ? 0 : 1);
    put_sform(bytes, place.ras, by_sform ? 2 : 0);
    save(folder / "a.nii", bytes);
    const ReadImage read = read_with(folder / "a.nii");
    CHECK(corner_distance(read.volume.geometry, to_lps(by_sform ? rounded(place.ras) : place.ras)) < 1e-9);
    CHECK(read.warnings.empty());
  }
}

TEST_CASE("nifti: what is written has both forms, equal, and the geometry within 1e-4 mm, for any orientation") {
  const TempFolder folder;
  std::mt19937 random(12);
  for (int i = 0; i < 200; ++i) {
    const Turned place = random_place(random, i % 2 == 1);
    Volume volume = oblique_volume({31, 29, 23});
    const Matrix lps = to_lps(place.ras);
    for (std::size_t row = 0; row < 3; ++row) {
      for (std::size_t axis = 0; axis < 3; ++axis)
        volume.geometry.direction[3 * row + axis] = lps[4 * row + axis] / place.spacing[axis];
      volume.geometry.origin[row] = lps[4 * row + 3];
    }
    volume.geometry.spacing = place.spacing;
    NodeRunner writer("io.write_volume", {{"path", folder / "a.nii"}});
    writer.input("volume", volume);
    writer.run();
    CHECK(corner_distance(read_with(folder / "a.nii").volume.geometry, lps) < 1e-4);
    const Bytes bytes = load(folder / "a.nii");
    CHECK(bytes[252] == 1);
    CHECK(bytes[254] == 1);
    const double smallest = std::min({place.spacing[0], place.spacing[1], place.spacing[2]});
    CHECK(corner_distance(read_with(folder / "a.nii", "nifti_form", "qform").volume.geometry, lps) < 0.01 * smallest + 1e-4);
  }
}

TEST_CASE("nifti: axes that are a half turn round are written exactly in both forms") {
  const TempFolder folder;
  Volume volume = oblique_volume({300, 2, 300});
  // A half turn round an oblique axis: the first part of its quaternion is 0, which a rounding error would make 0.0003.
  const double y = std::cos(0.1), z = std::sin(0.1);
  volume.geometry.direction = {1, 0, 0, 0, -(2 * y * y - 1), -2 * y * z, 0, -2 * y * z, -(2 * z * z - 1)};
  NodeRunner writer("io.write_volume", {{"path", folder / "a.nii"}});
  writer.input("volume", volume);
  writer.run();
  const Geometry by_sform = read_with(folder / "a.nii").volume.geometry;
  const Geometry by_qform = read_with(folder / "a.nii", "nifti_form", "qform").volume.geometry;
  CHECK(geometry_distance(by_sform, volume.geometry) < 1e-5);
  CHECK(geometry_distance(by_qform, volume.geometry) < 1e-5);
}

TEST_CASE(
    "nifti: where sform and qform differ by more than a tenth of a voxel the sform is used, and the other can be "
    "chosen") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({4, 4, 4});
  put<std::int16_t>(bytes, 252, 1);
  put<std::int16_t>(bytes, 254, 2);
  put(bytes, 268, 7.0f);  // the qform lies 7 mm to the right
  save(folder / "a.nii", bytes);
  const ReadImage read = read_with(folder / "a.nii");
  CHECK(read.volume.geometry.origin[0] == 0);
  REQUIRE(read.warnings.size() == 1);
  CHECK(says(read.warnings[0], "in two ways (sform, code 2, and qform, code 1) that lie up to 7 mm apart; the sform is used"));
  CHECK(says(read.warnings[0], "set the parameter 'nifti_form' to \"qform\""));
  const ReadImage other = read_with(folder / "a.nii", "nifti_form", "qform");
  CHECK(other.volume.geometry.origin[0] == -7);
  REQUIRE(other.warnings.size() == 1);
  CHECK(says(other.warnings[0], "the qform is used: set the parameter 'nifti_form' to \"sform\""));
  put(bytes, 268, 0.09f);
  save(folder / "a.nii", bytes);
  CHECK(read_with(folder / "a.nii").warnings.empty());
}

TEST_CASE("nifti: a form that the header does not have is refused when it is asked for") {
  const TempFolder folder;
  save(folder / "a.nii", nifti_bytes({2, 2, 2}));
  NodeRunner runner("io.read_volume", {{"path", folder / "a.nii"}, {"nifti_form", std::string("qform")}});
  CHECK(says(runner.error_of_run(), "its header has no qform (its code is 0)"));
}

TEST_CASE("nifti: a sheared sform is refused with a way out, and the qform can be used in its place") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({10, 10, 10});
  put(bytes, 284, 0.5f);
  put<std::int16_t>(bytes, 252, 1);
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "sheared by 26.5651 degrees"));
  CHECK(says(read_error(folder / "a.nii"), "or set 'nifti_form' to \"qform\""));
  CHECK(read_with(folder / "a.nii", "nifti_form", "qform").volume.geometry.spacing == std::array<double, 3>{1, 1, 1});
  CHECK(read_with(folder / "a.nii", "sheared", "resample").volume.geometry.size == std::array<std::int64_t, 3>{15, 10, 10});
}

TEST_CASE("nifti: micrometres and metres apply to the whole matrix of either form, other units are mm") {
  const TempFolder folder;
  std::mt19937 random(13);
  for (const auto& [unit, factor] : {std::pair{1, 1000.0}, {2, 1.0}, {3, 1e-3}, {0, 1.0}, {16 + 3, 1e-3}}) {
    for (const bool by_sform : {true, false}) {
      CAPTURE(unit);
      Turned place = random_place(random, by_sform);
      for (std::size_t i = 0; i < 3; ++i) place.ras[4 * i + 3] /= 1000;  // metres stay within the farthest place
      Bytes bytes = nifti_bytes({5, 4, 3});
      put_qform(bytes, place, by_sform ? 0 : 1);
      put_sform(bytes, place.ras, by_sform ? 2 : 0);
      bytes[123] = static_cast<unsigned char>(unit);
      save(folder / "a.nii", bytes);
      const Matrix expected = by_sform ? rounded(place.ras) : place.ras;
      CHECK(corner_distance(read_with(folder / "a.nii").volume.geometry, to_lps(expected, factor)) < 1e-3);
    }
  }
}

TEST_CASE("nifti: without a form the middle of the image is at 0 and x runs to the left, with a warning") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({5, 4, 3});
  put<std::int16_t>(bytes, 254, 0);
  put(bytes, 80, 2.0f);
  put(bytes, 88, 3.0f);
  save(folder / "a.nii", bytes);
  const ReadImage read = read_with(folder / "a.nii");
  CHECK(corner_distance(read.volume.geometry, to_lps({-2, 0, 0, 4, 0, 1, 0, -1.5, 0, 0, 3, -3})) < 1e-9);
  REQUIRE(read.warnings.size() == 1);
  CHECK(says(read.warnings[0], "left and right may be swapped; its middle is put at 0"));
}

TEST_CASE("nifti: a NIfTI-2 file is read in its double precision, in both orders of bytes") {
  const TempFolder folder;
  const Matrix ras{-1.0000000001, 0, 0, 60.123456789, 0, 2, 0, -70, 0, 0, 3, -40};
  Bytes bytes = second_version(nifti_bytes({4, 3, 2}), ras);
  save(folder / "a.nii.gz", gzipped(bytes));
  const ReadImage read = read_with(folder / "a.nii.gz");
  CHECK(corner_distance(read.volume.geometry, to_lps(ras)) < 1e-12);
  CHECK(read.volume.voxels[23] == 23);
  CHECK(read.warnings.empty());
  const auto swap = [&](std::size_t place, std::size_t width, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      std::reverse(bytes.begin() + static_cast<long>(place + i * width),
                   bytes.begin() + static_cast<long>(place + (i + 1) * width));
  };
  swap(0, 4, 1), swap(12, 2, 2), swap(16, 8, 8), swap(104, 8, 8), swap(168, 8, 3), swap(344, 4, 2), swap(400, 8, 12),
      swap(500, 4, 1);
  swap(544, 4, 24);
  save(folder / "b.nii", bytes);
  CHECK(read_with(folder / "b.nii").volume.geometry == read.volume.geometry);
  CHECK(read_with(folder / "b.nii").volume.voxels == read.volume.voxels);
}

TEST_CASE("nifti: forms that cannot be are refused, or passed over where the other counts") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({4, 3, 2});
  put<std::int16_t>(bytes, 252, 1);
  put(bytes, 256, NAN);
  save(folder / "a.nii", bytes);
  REQUIRE(read_with(folder / "a.nii").warnings.size() == 1);
  CHECK(says(read_with(folder / "a.nii").warnings[0], "its header has a qform that cannot be; the sform is used"));
  put<std::int16_t>(bytes, 254, 0);
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "the quaternion of its qform (nan, 0, 0) is longer than 1 or not finite"));
  put(bytes, 256, 0.9f);
  put(bytes, 260, 0.9f);
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "the quaternion of its qform (0.9, 0.9, 0) is longer than 1"));
  put(bytes, 256, 0.0f);
  put(bytes, 260, 0.0f);
  put(bytes, 76, -0.5f);
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "its header gives qfac = -0.5"));
  Bytes flat = nifti_bytes({4, 3, 2});
  put(flat, 280 + 20, 0.0f);  // y's column is that of x
  put(flat, 280 + 4, 1.0f);
  save(folder / "flat.nii", flat);
  CHECK(says(read_error(folder / "flat.nii"), "lie in one plane"));
}

TEST_CASE("nifti: a slope that is no number means that there is none, an intercept that is none is refused") {
  const TempFolder folder;
  Bytes bytes = nifti_bytes({2, 2, 2});
  put(bytes, 112, NAN);
  put(bytes, 116, NAN);
  save(folder / "a.nii", bytes);
  CHECK(read_back(folder / "a.nii").voxels[3] == 3);
  put(bytes, 112, 2.0f);
  save(folder / "a.nii", bytes);
  CHECK(says(read_error(folder / "a.nii"), "the slope 2 and the intercept nan"));
}
