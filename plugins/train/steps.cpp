#include "steps.h"

#include <algorithm>
#include <cmath>

namespace flowrun::train {

std::int64_t fitting_batch(std::int64_t batch, std::int64_t samples, std::int64_t least) {
  if (least < 1 || (samples + batch - 1) / batch >= least) return batch;
  return std::max<std::int64_t>(1, samples / least);
}

double learning_rate_at(const Settings& settings, std::int64_t step, std::int64_t steps_of_epoch) {
  constexpr double kPi = 3.14159265358979323846;
  const auto at = static_cast<double>(step), each = static_cast<double>(steps_of_epoch);
  if (settings.schedule == "cosine")
    return settings.learning_rate * (1 + std::cos(kPi * std::min(1.0, at / (each * static_cast<double>(settings.epochs))))) / 2;
  if (settings.schedule == "step")
    return settings.learning_rate *
           std::pow(settings.schedule_factor, static_cast<double>(step / steps_of_epoch / settings.schedule_epochs));
  return settings.learning_rate;
}

}  // namespace flowrun::train
