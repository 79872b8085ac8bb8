#include "tiles.h"

#include <algorithm>
#include <utility>

namespace flowrun::cnn {

std::int64_t TilePlan::count() const {
  return static_cast<std::int64_t>(starts[0].size() * starts[1].size() * starts[2].size());
}

Voxels TilePlan::start(std::int64_t index) const {
  Voxels first;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto along = static_cast<std::int64_t>(starts[axis].size());
    first[axis] = starts[axis][static_cast<std::size_t>(index % along)];
    index /= along;
  }
  return first;
}

TilePlan plan_tiles(const Voxels& image, std::int64_t multiple, std::int64_t tile, std::int64_t overlap,
                    std::int64_t margin) {
  TilePlan plan{.image = image, .overlap = overlap, .margin = margin};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t filled = (image[axis] + multiple - 1) / multiple * multiple;
    plan.tile[axis] = tile == 0 ? filled : std::min(tile, filled);
    const std::int64_t last = filled - plan.tile[axis];
    for (std::int64_t first = 0; first < last; first += plan.tile[axis] - overlap) plan.starts[axis].push_back(first);
    plan.starts[axis].push_back(last);
  }
  return plan;
}

TileBlend::TileBlend(TilePlan plan) : plan_(std::move(plan)) {
  for (std::size_t axis = 0; axis < 3; ++axis) weights_[axis] = weights_along(axis);
  voxels_.resize(static_cast<std::size_t>(plan_.image[0] * plan_.image[1] * plan_.image[2]));
}

TileBlend::Weights TileBlend::weights_along(std::size_t axis) const {
  const auto& starts = plan_.starts[axis];
  const std::int64_t length = plan_.tile[axis], most = plan_.overlap + 1 - 2 * plan_.margin;
  std::vector<double> sums(static_cast<std::size_t>(starts.back() + length));
  std::vector<std::vector<double>> ramps;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<double>& ramp = ramps.emplace_back(static_cast<std::size_t>(length), 1.0);
    for (std::int64_t at = 0; at < length; ++at) {
      std::int64_t steps = most;
      if (i > 0) steps = std::min(steps, at + 1 - plan_.margin);
      if (i + 1 < starts.size()) steps = std::min(steps, length - at - plan_.margin);
      ramp[static_cast<std::size_t>(at)] = static_cast<double>(std::max<std::int64_t>(steps, 0)) / static_cast<double>(most);
      sums[static_cast<std::size_t>(starts[i] + at)] += ramp[static_cast<std::size_t>(at)];
    }
  }
  Weights weights;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<float>& of = weights.emplace_back();
    for (std::int64_t at = 0; at < length; ++at)
      of.push_back(static_cast<float>(ramps[i][static_cast<std::size_t>(at)] / sums[static_cast<std::size_t>(starts[i] + at)]));
  }
  return weights;
}

void TileBlend::add(std::int64_t index, const float* values) {
  const Voxels first = plan_.start(index);
  std::array<const std::vector<float>*, 3> weights{};
  Voxels count{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto along = static_cast<std::int64_t>(plan_.starts[axis].size());
    weights[axis] = &weights_[axis][static_cast<std::size_t>(index % along)];
    index /= along;
    count[axis] = std::clamp<std::int64_t>(plan_.image[axis] - first[axis], 0, plan_.tile[axis]);
  }
  for (std::int64_t z = 0; z < count[2]; ++z)
    for (std::int64_t y = 0; y < count[1]; ++y) {
      const float* from = values + plan_.tile[0] * (y + plan_.tile[1] * z);
      float* to = voxels_.data() + first[0] + plan_.image[0] * (first[1] + y + plan_.image[1] * (first[2] + z));
      const float of_row = (*weights[1])[static_cast<std::size_t>(y)] * (*weights[2])[static_cast<std::size_t>(z)];
      for (std::int64_t x = 0; x < count[0]; ++x) to[x] += of_row * (*weights[0])[static_cast<std::size_t>(x)] * from[x];
    }
}

void TileBlends::add(std::int64_t index, const float* values, std::int64_t maps) {
  while (static_cast<std::int64_t>(maps_.size()) < maps) maps_.emplace_back(plan_);
  for (TileBlend& map : maps_) {
    map.add(index, values);
    values += plan_.tile[0] * plan_.tile[1] * plan_.tile[2];
  }
}

}  // namespace flowrun::cnn
