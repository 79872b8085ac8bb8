#include "schedule/exact_sum.h"

#include <cmath>
#include <utility>

namespace flowrun::schedule {

void ExactSum::add(double value) {
  if (!std::isfinite(value)) {
    others_ += value;
    return;
  }
  std::size_t kept = 0;
  for (const double part : parts_) {
    double large = value, small = part;
    if (std::abs(large) < std::abs(small)) std::swap(large, small);
    const double sum = large + small;
    if (!std::isfinite(sum)) {  // too large: no later number makes it smaller
      others_ += sum;
      return;
    }
    const double lost = small - (sum - large);
    if (lost != 0) parts_[kept++] = lost;
    value = sum;
  }
  parts_.resize(kept);
  parts_.push_back(value);
}

double ExactSum::value() const {
  if (others_ != 0) return others_;  // a NaN too
  double sum = 0, lost = 0;
  std::size_t left = parts_.size();
  while (left > 0 && lost == 0) {
    const double before = sum, part = parts_[--left];
    sum = before + part;
    lost = part - (sum - before);
  }
  // What was lost is half of the last digit: the next part says to which side the sum is rounded.
  if (left > 0 && ((lost < 0 && parts_[left - 1] < 0) || (lost > 0 && parts_[left - 1] > 0))) {
    const double twice = 2 * lost, other = sum + twice;
    if (twice == other - sum) sum = other;
  }
  return sum;
}

}  // namespace flowrun::schedule
