#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace flowrun::registration {

/// The smallest value of a function near a start, without derivatives: Powell's method of conjugate directions ("An efficient
/// method for finding the minimum of a function of several variables without calculating derivatives", Computer Journal 1964),
/// with Brent's parabolic search along each line. The same steps for the same function, always.
struct Powell {
  std::function<double(const std::vector<double>&)> function;
  double step = 1;          ///< length of the first step along each axis
  double tolerance = 0.01;  ///< length to which a line is searched, and of a round's move at which the search ends
  int most_rounds = 20;
  std::function<bool()> cancelled = [] { return false; };

  struct Result {
    std::vector<double> at;
    double value = 0;
    std::int64_t calls = 0;
  };
  Result search(const std::vector<double>& start) const;
};

}  // namespace flowrun::registration
