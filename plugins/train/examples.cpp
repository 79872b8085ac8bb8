#include "examples.h"

#include <algorithm>
#include <cmath>

#include "random_order.h"

namespace flowrun::train {

std::vector<std::int64_t> cases_put_aside(std::int64_t cases, double share, std::uint64_t seed) {
  const auto aside = std::clamp<std::int64_t>(std::llround(share * static_cast<double>(cases)), 1, cases - 1);
  std::vector<std::int64_t> order = random_order(stream(seed, Purpose::split), cases);
  order.resize(static_cast<std::size_t>(aside));
  return order;
}

}  // namespace flowrun::train
