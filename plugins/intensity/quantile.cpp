#include "quantile.h"

#include <algorithm>

namespace flowrun::intensity {

double quantile(std::vector<float>& values, std::size_t from, double share) {
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(rank), values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin() + static_cast<std::ptrdiff_t>(from), at, values.end());
  const double part = rank - static_cast<double>(below);
  if (part == 0 || at + 1 == values.end()) return *at;
  const double next = *std::min_element(at + 1, values.end());
  return *at + (next - *at) * part;
}

}  // namespace flowrun::intensity
