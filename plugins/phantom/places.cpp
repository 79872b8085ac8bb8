#include "places.h"

namespace flowrun::phantom {
namespace {

constexpr int kStrictTries = 20000, kTries = 60000;
constexpr float kPureEnough = 0.7f;

}  // namespace

std::optional<Vec> find_place(const Head& head, Random& random, Home home, const std::function<bool(const HeadPoint&)>& fits) {
  const Geometry& geometry = head.grid.geometry;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const std::int64_t index = static_cast<std::int64_t>(random.bits() % static_cast<std::uint64_t>(geometry.voxel_count()));
    if (!head.tissues.brain[index] || home_share(home, head.tissues.shares[index]) < kPureEnough) continue;
    const auto [x, y, z] = geometry.voxel_at(index);
    const Vec at = head.grid.position(x, y, z);
    if (attempt >= kStrictTries || fits(head.shape.at(at))) return at;
  }
  return std::nullopt;
}

Vec uphill(const HeadShape& shape, Vec at, float HeadPoint::*distance) {
  const auto slope = [&](Vec step) { return shape.at(at + step).*distance - shape.at(at - step).*distance; };
  const Vec gradient{slope({1, 0, 0}), slope({0, 1, 0}), slope({0, 0, 1})};
  const float size = length(gradient);
  return size > 1e-6f ? gradient * (1 / size) : Vec{1, 0, 0};
}

}  // namespace flowrun::phantom
