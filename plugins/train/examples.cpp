#include "examples.h"

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/error.h"
#include "random_order.h"

namespace flowrun::train {

std::vector<std::int64_t> Examples::input_shape() const {
  const std::vector<network::Size3> all = sizes();
  if (all.size() == 1) return {channels(), all[0][2], all[0][1], all[0][0]};
  std::int64_t voxels = 0;
  for (const network::Size3& one : all) voxels += one[0] * one[1] * one[2];
  return {1, 1, 1, channels() * voxels};
}

std::vector<std::int64_t> cases_put_aside(std::int64_t cases, double share, std::uint64_t seed) {
  const auto aside = std::clamp<std::int64_t>(std::llround(share * static_cast<double>(cases)), 1, cases - 1);
  std::vector<std::int64_t> order = random_order(stream(seed, Purpose::split), cases);
  order.resize(static_cast<std::size_t>(aside));
  return order;
}

void require_same_axes(const std::string& one, const std::string& axes_of_one, const std::string& other,
                       const std::string& axes_of_other) {
  if (axes_of_one == axes_of_other) return;
  throw Error("the axes of case '" + one + "' run " + axes_of_one + ", those of case '" + other + "' " + axes_of_other +
              "; all cases need the same axes: turn the images by geometry.reorient_volume and reorient_mask");
}

}  // namespace flowrun::train
