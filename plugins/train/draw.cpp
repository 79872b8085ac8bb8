#include "draw.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/components/connected_runs.h"
#include "random_order.h"

namespace flowrun::train {

Voxels voxels_of(const Mask& mask) {
  Voxels inside;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i)
    if (mask.voxels[i]) inside.push_back(static_cast<std::int64_t>(i));
  return inside;
}

Voxels drawn(const Voxels& pool, std::int64_t count, std::uint64_t of_stream) {
  if (count >= static_cast<std::int64_t>(pool.size())) return pool;
  const std::vector<std::int64_t> order = random_order(of_stream, static_cast<std::int64_t>(pool.size()));
  Voxels chosen;
  for (std::int64_t i = 0; i < count; ++i) chosen.push_back(pool[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

Voxels drawn_by_component(const Mask& mask, std::int64_t count, double balance, std::uint64_t of_stream) {
  const Voxels pool = voxels_of(mask);
  if (balance == 0 || count >= static_cast<std::int64_t>(pool.size())) return drawn(pool, count, of_stream);
  const components::ConnectedRuns found = components::connected_runs(mask, components::Connectivity::face);
  std::vector<float> weight_of;
  for (const std::int64_t voxels : found.voxels_of)
    weight_of.push_back(static_cast<float>(std::pow(static_cast<double>(voxels), -balance)));
  const std::vector<float> weights = components::paint(found, mask.geometry, weight_of);
  std::vector<std::pair<double, std::int64_t>> keys;  // the smallest win
  keys.reserve(pool.size());
  for (std::size_t i = 0; i < pool.size(); ++i) {
    const double uniform = static_cast<double>((bits_at(of_stream, i) >> 11) + 1) * 0x1p-53;  // in (0, 1]
    keys.emplace_back(-std::log(uniform) / weights[static_cast<std::size_t>(pool[i])], pool[i]);
  }
  std::nth_element(keys.begin(), keys.begin() + count, keys.end());
  Voxels chosen;
  for (std::int64_t i = 0; i < count; ++i) chosen.push_back(keys[static_cast<std::size_t>(i)].second);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace flowrun::train
