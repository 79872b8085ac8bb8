// Where a histogram is parted into a dark and a bright class. Header only, standard library only.
#pragma once

#include <cstddef>
#include <vector>

namespace flowrun::histogram {

/// The last bins of the dark class for which the variance between the classes is largest, from the first to the last of several
/// alike: of those that differ by less than `tie`, a share (Otsu, IEEE Transactions on Systems, Man, and Cybernetics, 1979).
/// `first` is 0 where all values lie in one bin.
struct Split {
  std::size_t first = 0, last = 0;
};

template <class Count>
Split best_split(const std::vector<Count>& counts, double tie = 0) {
  double all = 0, sum = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    all += static_cast<double>(counts[bin]);
    sum += static_cast<double>(counts[bin]) * static_cast<double>(bin);
  }
  double below = 0, sum_below = 0, best = -1;
  Split split;
  for (std::size_t bin = 0; bin + 1 < counts.size(); ++bin) {
    below += static_cast<double>(counts[bin]);
    sum_below += static_cast<double>(counts[bin]) * static_cast<double>(bin);
    if (below == 0 || below == all) continue;
    const double distance = sum_below / below - (sum - sum_below) / (all - below);
    const double between = below * (all - below) * distance * distance;
    if (between > best * (1 + tie)) split.first = split.last = bin, best = between;
    else if (between >= best * (1 - tie)) split.last = bin;
  }
  return split;
}

}  // namespace flowrun::histogram
