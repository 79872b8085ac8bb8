#include "scanner.h"

#include <algorithm>
#include <atomic>

#include "random.h"

namespace flowrun::phantom {
namespace {

constexpr std::uint64_t kFieldStream = 80, kNoiseStream = 90;
constexpr float kFieldCell = 95;    // mm
constexpr double kSureShare = 0.6;  // of the distance to the skin: it is rough where it is far

Vec narrow(const Point& point) {
  return {static_cast<float>(point[0]), static_cast<float>(point[1]), static_cast<float>(point[2])};
}

Point sum(const Point& a, const Point& b, double factor = 1) {
  return {a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]};
}

/// The grid as the head sees it: all in mm of the patient.
struct GridInHead {
  Point origin;
  std::array<Point, 3> step;
  std::vector<Vec> points;  // of a voxel, from its centre

  explicit GridInHead(const Scan& scan) : origin(scan.head_from_world.apply(scan.grid.geometry.origin)) {
    const Pose turn{scan.head_from_world.turn};
    for (std::size_t axis = 0; axis < 3; ++axis) step[axis] = turn.apply(scan.grid.step(axis));
    const auto [nx, ny, nz] = scan.grid.points;
    const auto offset = [](int i, int count) { return (i + 0.5) / count - 0.5; };
    for (int z = 0; z < nz; ++z)
      for (int y = 0; y < ny; ++y)
        for (int x = 0; x < nx; ++x)
          points.push_back(narrow(
              sum(sum(sum({}, step[0], offset(x, nx)), step[1], offset(y, ny)), step[2], offset(z, nz))));
  }
  Vec at(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Point row = sum(sum(origin, step[2], static_cast<double>(z)), step[1], static_cast<double>(y));
    return narrow(sum(row, step[0], static_cast<double>(x)));
  }
};

HeadSample mean_at(const Scan& scan, const GridInHead& grid, Vec centre) {
  HeadSample mean;
  for (const Vec offset : grid.points) {
    const HeadSample sample = scan.head.at(centre + offset, scan.grid.width);
    mean.signal.t1 += sample.signal.t1;
    mean.signal.flair += sample.signal.flair;
    mean.brain += sample.brain;
    mean.lesion += sample.lesion;
  }
  const float share = 1 / static_cast<float>(grid.points.size());
  return {mean.signal * share, mean.brain * share, mean.lesion * share};
}

/// Voxels of a row that follow each other: all of them see air only, or all of them have to be looked at.
struct Run {
  bool air = false;
  std::int64_t voxels = 1;
};

Run run_from(const Scan& scan, Vec centre) {
  const double reach = scan.grid.half_diagonal() + scan.grid.width;
  const double skin = scan.head.skin(centre);
  const double sure = kSureShare * (std::abs(skin) - reach) / scan.grid.geometry.spacing[0];
  return {skin > reach, 1 + std::max<std::int64_t>(0, static_cast<std::int64_t>(sure))};
}

template <class Take>
void look_along_row(const Scan& scan, const GridInHead& grid, std::int64_t y, std::int64_t z, const Take& take) {
  const Geometry& geometry = scan.grid.geometry;
  for (std::int64_t x = 0; x < geometry.size[0];) {
    const Run run = run_from(scan, grid.at(x, y, z));
    const std::int64_t end = std::min(x + run.voxels, geometry.size[0]);
    for (; x < end; ++x)
      take(geometry.index_of(x, y, z), run.air ? HeadSample{} : mean_at(scan, grid, grid.at(x, y, z)));
  }
}

}  // namespace

void look(const Scan& scan, Context& context, ProgressSpan progress,
          const std::function<void(std::int64_t index, const HeadSample& mean)>& take,
          const std::function<void(std::int64_t z)>& finish) {
  const GridInHead grid(scan);
  const std::int64_t slices = scan.grid.geometry.size[2];
  std::atomic<std::int64_t> done{0};
  context.parallel_for(slices, [&](std::int64_t z) {
    for (std::int64_t y = 0; y < scan.grid.geometry.size[1]; ++y) {
      if (context.cancelled()) return;
      look_along_row(scan, grid, y, z, take);
    }
    if (finish) finish(z);
    const double share = static_cast<double>(++done) / static_cast<double>(slices);
    context.progress(progress.begin + share * (progress.end - progress.begin));
  });
}

Coil::Coil(std::uint64_t seed, int image, float bias, float noise)
    : field_(seed, kFieldStream + static_cast<std::uint64_t>(image), kFieldCell),
      noise_stream_(stream_seed(seed, kNoiseStream + static_cast<std::uint64_t>(image))),
      bias_(bias),
      noise_(noise) {}

float Coil::with_noise(float signal, std::uint64_t index) const {
  if (!(noise_ > 0)) return signal;
  return signal > 0 ? rician(signal, noise_, noise_stream_, index) : rayleigh(noise_, noise_stream_, index);
}

void Coil::receive(const ScanGrid& grid, std::int64_t z, std::vector<float>& image) const {
  const Geometry& geometry = grid.geometry;
  const Point along_x = grid.step(0);
  for (std::int64_t y = 0; y < geometry.size[1]; ++y) {
    const Point row = sum(sum(geometry.origin, grid.step(2), static_cast<double>(z)), grid.step(1), static_cast<double>(y));
    for (std::int64_t x = 0; x < geometry.size[0]; ++x) {
      const std::int64_t index = geometry.index_of(x, y, z);
      float& voxel = image[static_cast<std::size_t>(index)];
      if (voxel > 0) voxel *= std::exp(bias_ * field_(narrow(sum(row, along_x, static_cast<double>(x)))));
      voxel = with_noise(voxel, static_cast<std::uint64_t>(index));
    }
  }
}

}  // namespace flowrun::phantom
