#pragma once

#include <cstddef>
#include <vector>

namespace flowrun::intensity {

/// The value below which the share `share` (0 to 1) of the values lies: linear between the two whose ranks are around
/// share * (n - 1). There is a value, and none is NaN. Orders the values from `from` on; what is before is smaller already.
double quantile(std::vector<float>& values, std::size_t from, double share);

}  // namespace flowrun::intensity
