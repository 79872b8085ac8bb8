#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"

#include "optimiser.h"

namespace flowrun::train {

/// One row of the learning curve. What was not measured is NaN.
struct EpochFigures {
  std::int64_t epoch = 0;  ///< from 1; 0: the weights to begin with, measured before the training
  double training_loss = 0;
  double validation_loss = std::numeric_limits<double>::quiet_NaN();
  double validation_dice = std::numeric_limits<double>::quiet_NaN();
  double validation_accuracy = std::numeric_limits<double>::quiet_NaN();
  double seconds = 0;
};

/// All that a training needs to continue as if nothing had happened: the numbers drawn at random depend on the step alone.
struct Progress {
  std::vector<float> weights;
  Optimiser optimiser;
  std::int64_t epoch = 0;   ///< epochs that are done
  std::int64_t batch = 0;   ///< batches of the next epoch that are done
  double loss_sum = 0;      ///< of the samples of these batches
  double seconds = 0;       ///< spent on them
  std::vector<float> best;  ///< weights of the best epoch
  double best_loss = std::numeric_limits<double>::infinity();
  std::int64_t best_epoch = 0;
  std::vector<EpochFigures> curve;
  std::vector<double> class_dice;  ///< of more than two classes: that of each class, row by row of the curve; else empty
};

/// The Dice of each class in a row of the curve, counted from 0; empty where it was not measured.
std::vector<double> class_dice_of(const Progress& progress, std::size_t row);

/// The row of the best epoch; null before there is one.
const EpochFigures* best_figures(const Progress& progress);

/// Writes the progress with the fingerprint of the settings and data that it belongs to; the file appears whole or not at all.
void write_checkpoint(const std::string& path, std::uint64_t fingerprint, const Progress& progress);

/// A checkpoint that belongs to other settings, data or another build of this plugin.
class OtherCheckpoint : public Error {
  using Error::Error;
};

/// Reads a checkpoint into `progress`, which has the network's weights and whose optimiser keeps its settings; false when there
/// is no file. Throws Error, naming the file, when it is damaged or has another number of weights, and OtherCheckpoint.
bool read_checkpoint(const std::string& path, std::uint64_t fingerprint, Progress& progress);

}  // namespace flowrun::train
