#pragma once

#include <vector>

namespace flowrun::schedule {

/// A sum of numbers, rounded once: the same whatever order they come in, as those of chunks that end in any order (partial sums
/// that do not overlap: Shewchuk, Discrete & Computational Geometry 18, 1997).
class ExactSum {
 public:
  ExactSum() = default;
  explicit ExactSum(double value) { add(value); }
  void add(double value);
  /// With a NaN or an infinity among the numbers their plain sum; infinite where the sum is too large.
  double value() const;

 private:
  std::vector<double> parts_;  ///< ascending; none overlaps another
  double others_ = 0;          ///< the sum of what is not finite
};

}  // namespace flowrun::schedule
