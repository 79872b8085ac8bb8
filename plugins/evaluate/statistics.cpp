#include "statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "surface_distance.h"

namespace flowrun::evaluate {

Statistics statistics_of(std::vector<double> values) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return {0, kNan, kNan, kNan, kNan, kNan};
  const auto count = static_cast<double>(values.size());
  Statistics found;
  found.count = static_cast<std::int64_t>(values.size());
  found.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - found.mean) * (value - found.mean);
  found.sd = values.size() > 1 ? std::sqrt(squares / (count - 1)) : kNan;
  found.median = quantile(values, 0.5);  // sorts
  found.least = values.front();
  found.most = values.back();
  return found;
}

}  // namespace flowrun::evaluate
