#include "slice_choice.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace flowrun::view {
namespace {

constexpr double kShownAlready = 0.25;  ///< the worth of a lesion falls to this share each time that it is shown
constexpr double kApart = 6;            ///< mm between slices from which on they do not disturb each other

using Labels = std::vector<std::int32_t>;
using Areas = std::vector<std::map<std::int32_t, std::int64_t>>;  ///< voxels of each lesion, for each slice

Areas areas_by_slice(const AxialView& view, const Labels& lesions) {
  Areas areas(static_cast<std::size_t>(view.size[2]));
  for (std::int64_t w = 0; w < view.size[2]; ++w)
    for (std::int64_t v = 0; v < view.size[1]; ++v)
      for (std::int64_t u = 0; u < view.size[0]; ++u)
        if (const auto label = lesions[static_cast<std::size_t>(view.index_of(u, v, w))])
          ++areas[static_cast<std::size_t>(w)][label];
  return areas;
}

double distance_to(const std::vector<std::int64_t>& chosen, std::int64_t w) {
  double nearest = HUGE_VAL;
  for (const std::int64_t other : chosen) nearest = std::min(nearest, static_cast<double>(std::abs(other - w)));
  return nearest;
}

double worth(const AxialView& view, const std::map<std::int32_t, std::int64_t>& areas, const std::map<std::int32_t, int>& shown,
             const std::vector<std::int64_t>& chosen, std::int64_t w) {
  double sum = 0;
  for (const auto& [label, area] : areas) {
    const auto times = shown.find(label);
    sum += std::sqrt(static_cast<double>(area)) * std::pow(kShownAlready, times == shown.end() ? 0 : times->second);
  }
  return sum * std::min(1.0, distance_to(chosen, w) * view.spacing[2] / kApart);
}

void choose_by_lesions(const AxialView& view, const Labels& lesions, std::int64_t wanted, std::vector<std::int64_t>& chosen) {
  const Areas areas = areas_by_slice(view, lesions);
  std::map<std::int32_t, int> shown;
  while (static_cast<std::int64_t>(chosen.size()) < wanted) {
    std::int64_t best = -1;
    double best_worth = 0;
    for (std::int64_t w = 0; w < view.size[2]; ++w) {
      const double value = worth(view, areas[static_cast<std::size_t>(w)], shown, chosen, w);
      if (value > best_worth) {
        best_worth = value;
        best = w;
      }
    }
    if (best < 0) return;
    chosen.push_back(best);
    for (const auto& [label, area] : areas[static_cast<std::size_t>(best)]) ++shown[label];
  }
}

void fill_gaps(std::int64_t low, std::int64_t high, std::int64_t wanted, std::vector<std::int64_t>& chosen) {
  while (static_cast<std::int64_t>(chosen.size()) < wanted) {
    std::int64_t best = -1;
    double farthest = 0;
    for (std::int64_t w = low; w < high; ++w) {
      const double distance = distance_to(chosen, w);
      if (distance > farthest) {
        farthest = distance;
        best = w;
      }
    }
    if (best < 0) return;
    chosen.push_back(best);
  }
}

/// The middles of `wanted` equal parts.
std::vector<std::int64_t> evenly(std::int64_t low, std::int64_t high, std::int64_t wanted) {
  const std::int64_t count = std::min(wanted, high - low);
  std::vector<std::int64_t> chosen;
  for (std::int64_t i = 0; i < count; ++i) chosen.push_back(low + (2 * i + 1) * (high - low) / (2 * count));
  return chosen;
}

}  // namespace

std::vector<std::int64_t> choose_slices(const AxialView& view, const Labels& lesions, std::int64_t low, std::int64_t high,
                                        std::int64_t wanted) {
  if (lesions.empty()) return evenly(low, high, wanted);
  std::vector<std::int64_t> chosen;
  choose_by_lesions(view, lesions, wanted, chosen);
  fill_gaps(low, high, wanted, chosen);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace flowrun::view
