#include "lattice_noise.h"

#include "random.h"
#include "soft_shapes.h"

namespace flowrun::phantom {
namespace {

constexpr int kPoints = 32;  // per axis, a power of two
constexpr Frame kTurned{Vec{0.36f, 0.48f, -0.8f}, Vec{-0.8f, 0.6f, 0}, Vec{0.48f, 0.64f, 0.6f}};

struct Cell {
  int low, high;
  float weight;  // of the high end
};

/// The lattice cell of a coordinate; the weight's slope is 0 at both ends, so that no crease shows between cells.
Cell cell_at(float coordinate) {
  const float floor = std::floor(coordinate);
  const float t = coordinate - floor;
  const int low = static_cast<int>(floor) & (kPoints - 1);
  return {low, (low + 1) & (kPoints - 1), t * t * (3 - 2 * t)};
}

}  // namespace

LatticeNoise::LatticeNoise(std::uint64_t seed, std::uint64_t stream, float cell_mm)
    : values_(kPoints * kPoints * kPoints), per_mm_(1 / cell_mm) {
  Random random(seed, stream);
  for (float& value : values_) value = random.uniform(-1, 1);
}

float LatticeNoise::operator()(Vec mm) const {
  const Vec at = in_frame(kTurned, mm * per_mm_);
  const Cell x = cell_at(at.x), y = cell_at(at.y), z = cell_at(at.z);
  const auto along_x = [&](int row_y, int row_z) {
    const float* row = values_.data() + (row_z * kPoints + row_y) * kPoints;
    return mix(row[x.low], row[x.high], x.weight);
  };
  const auto along_y = [&](int row_z) { return mix(along_x(y.low, row_z), along_x(y.high, row_z), y.weight); };
  return mix(along_y(z.low), along_y(z.high), z.weight);
}

}  // namespace flowrun::phantom
