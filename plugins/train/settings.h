#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "augmentation.h"

namespace flowrun::train {

/// How a network is trained: train.fit's parameters.
struct Settings {
  // These make the result; a checkpoint of other values is refused.
  std::string initialisation = "glorot_uniform";
  double initial_sd = 0.01;
  double learning_rate = 1e-4;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  ///< of Adam
  double weight_decay = 0;
  std::int64_t batch = 4096;
  std::int64_t micro_batch = 32;
  double validation = 0.25;
  std::string split = "auto";
  std::uint64_t seed = 1;
  std::vector<std::string> freeze;
  Augmentation augmentation;
  // These only say how far it goes and where it goes.
  std::int64_t epochs = 50;
  std::int64_t patience = 50;
  double checkpoint_minutes = 10;
  std::string checkpoint;  ///< file; empty: none
  bool resume = true;
  std::string curve_csv, curve_png;  ///< files; empty: none
};

}  // namespace flowrun::train
