#include "metrics.h"

#include <cmath>
#include <limits>

namespace flowrun::train {

double dice_of(const Metrics& metrics, std::size_t label) {
  const std::int64_t all = metrics.found.at(label) + metrics.labelled.at(label);
  return all == 0 ? std::numeric_limits<double>::quiet_NaN()
                  : 2 * static_cast<double>(metrics.both.at(label)) / static_cast<double>(all);
}

double mean_dice(const Metrics& metrics, bool first_is_background) {
  double sum = 0, count = 0;
  bool is_known = false;
  for (std::size_t label = first_is_background ? 1 : 0; label < metrics.found.size(); ++label) {
    const double dice = dice_of(metrics, label);
    if (!std::isnan(dice)) sum += dice, ++count;
    is_known = is_known || metrics.labelled.at(label) > 0;
  }
  return is_known ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace flowrun::train
