#pragma once

#include <cstdint>

#include "settings.h"

namespace flowrun::train {

/// The batch that makes at least `least` steps of an epoch of so many samples: `batch` itself where it does, else the largest
/// that does, at least 1.
std::int64_t fitting_batch(std::int64_t batch, std::int64_t samples, std::int64_t least);

/// The learning rate of a step, counted from 0 over all epochs of so many steps each. Constant: always the same. Cosine: from the
/// full rate down to 0 at the end of the last epoch, along half a cosine (Loshchilov and Hutter, SGDR, ICLR 2017, without
/// restarts). Step: times schedule_factor after every schedule_epochs epochs.
double learning_rate_at(const Settings& settings, std::int64_t step, std::int64_t steps_of_epoch);

}  // namespace flowrun::train
