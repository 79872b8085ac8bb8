#include "patchwise.h"

#include <algorithm>
#include <cmath>

#include "common/torch/inference.h"
#include "views.h"

namespace flowrun::cnn {
namespace {

/// Sums in another order differ by about 1e-6; a description that is not the network's, by far more.
constexpr double kSameNetwork = 1e-4;

bool is_same(float a, float b) {
  const double difference = std::abs(static_cast<double>(a) - static_cast<double>(b));
  return difference <= kSameNetwork * std::max(1.0, std::abs(static_cast<double>(a)));
}

/// Images that hold the largest patch, with values from -2 to 2, as normalised images have them.
std::vector<Volume> made_up_images(const network::ModelDescription& description) {
  Volume image;
  for (const network::Size3& size : patch_sizes(description))
    for (std::size_t axis = 0; axis < 3; ++axis)
      image.geometry.size[axis] = std::max({image.geometry.size[axis], size[axis], std::int64_t{2}});
  std::vector<Volume> images(description.channels.size(), image);
  std::uint32_t state = 1;
  for (Volume& one : images)
    for (std::int64_t i = 0; i < one.geometry.voxel_count(); ++i) {
      state = state * 1664525u + 1013904223u;
      one.voxels.push_back(static_cast<float>(state >> 8) / 4194304.0f - 2.0f);
    }
  return images;
}

}  // namespace

Scores scores_of_patches(const PatchRunner& runner, const std::vector<const Volume*>& volumes, const Geometry& geometry,
                         std::span<const std::int64_t> voxels, const std::function<bool()>& cancelled) {
  const std::vector<PatchBatch> chunks = cut_views(patch_sizes(runner.description()), volumes, geometry, voxels);
  if (chunks.size() == 1) return runner.run(chunks.front(), 1, cancelled);
  Views views;
  for (const PatchBatch& chunk : chunks) views.push_back(&chunk);
  return runner.run(runner.rows_of(views), 1, cancelled);
}

bool agrees(const SlidingNetwork& sliding, const PatchRunner& runner) {
  const std::vector<Volume> images = made_up_images(runner.description());
  std::vector<const Volume*> volumes;
  for (const Volume& image : images) volumes.push_back(&image);
  const Geometry& grid = images.front().geometry;
  const VoxelBox box{{grid.size[0] / 2 - 1, grid.size[1] / 2 - 1, grid.size[2] / 2 - 1}, {2, 2, 2}};
  std::vector<std::int64_t> voxels;
  for (std::int64_t i = 0; i < 8; ++i)
    voxels.push_back(grid.index_of(box.low[0] + i % 2, box.low[1] + i / 2 % 2, box.low[2] + i / 4));
  const Scores wanted = scores_of_patches(runner, volumes, grid, voxels, [] { return false; });
  const tensor::InferenceScope scope(1);
  try {
    const at::Tensor found = sliding.scores(volumes, box).flatten(1).t().contiguous();
    return found.size(1) == wanted.classes &&
           std::equal(wanted.values.begin(), wanted.values.end(), found.data_ptr<float>(), is_same);
  } catch (const c10::Error&) {
    return false;
  }
}

}  // namespace flowrun::cnn
