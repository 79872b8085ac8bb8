#include "block_filter.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

#include "block_worker.h"

namespace flowrun::restore {
namespace {

/// The layers of blocks along z in groups of which no two layers share a voxel. The groups run one after the other, so each sum
/// is added up in one order.
std::vector<std::vector<std::int64_t>> layer_groups(const std::vector<std::int64_t>& centres, const BlockSettings& settings) {
  const std::int64_t cycle = 2 * settings.patch_radius / settings.step + 1;
  std::vector<std::vector<std::int64_t>> groups(static_cast<std::size_t>(cycle) + 1);
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const bool regular = centres[i] == static_cast<std::int64_t>(i) * settings.step;
    groups[regular ? i % static_cast<std::size_t>(cycle) : static_cast<std::size_t>(cycle)].push_back(centres[i]);
  }
  return groups;
}

template <int kRadius>
void restore_layer(const Job& job, std::int64_t z, Context& context) {
  BlockWorker<kRadius> worker(job);
  for (const std::int64_t y : job.centres[1]) {
    if (context.cancelled()) return;
    for (const std::int64_t x : job.centres[0]) worker.restore({x, y, z});
  }
}

void restore_all(const Job& job, Context& context) {
  std::atomic<std::int64_t> done = 0;
  const auto layers = static_cast<double>(job.centres[2].size());
  for (const auto& group : layer_groups(job.centres[2], job.settings))
    context.parallel_for(static_cast<std::int64_t>(group.size()), [&](std::int64_t i) {
      const std::int64_t z = group[static_cast<std::size_t>(i)];
      if (job.settings.patch_radius == 1) restore_layer<1>(job, z, context);
      else if (job.settings.patch_radius == 2) restore_layer<2>(job, z, context);
      else restore_layer<3>(job, z, context);
      context.progress(static_cast<double>(++done) / layers);
    });
}

/// For each voxel of an axis, how many blocks reach it.
std::vector<float> covers(const std::vector<std::int64_t>& centres, std::int64_t size, std::int64_t radius) {
  std::vector<float> counts(static_cast<std::size_t>(size), 0.0F);
  for (const std::int64_t centre : centres) {
    const Reach reach(centre, radius, size);
    for (std::int64_t i = reach.begin; i < reach.end; ++i) counts[static_cast<std::size_t>(i)] += 1;
  }
  return counts;
}

/// The means of the sums, back in the image's unit.
void finish(const Job& job, const Volume& volume, float unit, std::vector<float>& result) {
  const double sigma = job.settings.sigma / unit;
  const float bias = job.settings.rician ? static_cast<float>(2 * sigma * sigma) : 0;
  std::array<std::vector<float>, 3> counts;
  for (std::size_t axis = 0; axis < 3; ++axis)
    counts[axis] = covers(job.centres[axis], job.size[axis], job.settings.patch_radius);
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (!job.inside.empty() && !job.inside[i]) {
      result[i] = volume.voxels[i];
      continue;
    }
    const auto [x, y, z] = volume.geometry.voxel_at(static_cast<std::int64_t>(i));
    const float mean = result[i] / (counts[0][static_cast<std::size_t>(x)] * counts[1][static_cast<std::size_t>(y)] *
                                    counts[2][static_cast<std::size_t>(z)]);
    result[i] = unit * (job.settings.rician ? std::sqrt(std::max(0.0F, mean - bias)) : mean);
  }
}

}  // namespace

std::vector<std::int64_t> block_centres(std::int64_t size, std::int64_t radius, std::int64_t step) {
  std::vector<std::int64_t> centres;
  for (std::int64_t at = 0; at < size; at += step) centres.push_back(at);
  if (!centres.empty() && centres.back() + radius < size - 1) centres.push_back(size - 1);
  return centres;
}

std::vector<float> block_filtered(const Volume& volume, const std::vector<std::uint8_t>& inside, const BlockSettings& settings,
                                  Context& context) {
  const auto unit = static_cast<float>(std::exp2(std::floor(std::log2(settings.sigma))));  // exact to divide by
  const double sigma = settings.sigma / unit;
  const std::int64_t radius = settings.patch_radius, side = 2 * radius + 1;
  const auto& size = volume.geometry.size;
  const PaddedImage image(volume, radius, 1 / unit, context);
  const BlockMoments moments = block_moments(image, size, radius, context);
  std::vector<float> sums(volume.voxels.size());
  const auto scale = static_cast<float>(2 * settings.beta * sigma * sigma * static_cast<double>(side * side * side));
  Job job{settings, size, inside, image, moments, scale, {}, sums};
  for (std::size_t axis = 0; axis < 3; ++axis) job.centres[axis] = block_centres(size[axis], radius, settings.step);
  restore_all(job, context);
  if (!context.cancelled()) finish(job, volume, unit, sums);
  return sums;
}

}  // namespace flowrun::restore
