#pragma once

#include <string>
#include <vector>

#include "checkpoint.h"

namespace flowrun::train {

/// The learning curve as CSV, its first row epoch 0 where a model to start with was measured: epoch, training_loss,
/// validation_loss, validation_dice, validation_accuracy, seconds, and of more than two classes the Dice of each ("CSF dice").
/// Throws Error when the file cannot be written.
void write_curve_csv(const std::string& path, const Progress& progress, const std::vector<std::string>& classes);

/// A picture of the losses and the Dice over the epochs, with a mark at the best epoch. Throws Error likewise.
void write_curve_png(const std::string& path, const std::vector<EpochFigures>& curve, std::int64_t best_epoch);

}  // namespace flowrun::train
