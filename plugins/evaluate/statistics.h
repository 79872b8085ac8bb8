#pragma once

#include <cstdint>
#include <vector>

namespace flowrun::evaluate {

/// Of the values that are defined (not NaN). What needs more values than there are is NaN.
struct Statistics {
  std::int64_t count = 0;
  double mean = 0;
  double sd = 0;  ///< of the sample: divided by count - 1
  double median = 0;
  double least = 0;
  double most = 0;
};

Statistics statistics_of(std::vector<double> values);

}  // namespace flowrun::evaluate
