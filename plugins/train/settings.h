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
  std::vector<double> initial_probabilities;  ///< of the classes, before the training; empty: as the weights are drawn
  double learning_rate = 1e-4;
  std::string optimiser = "adam";                     ///< adam, adadelta
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  ///< of Adam
  double rho = 0.9;                                   ///< of AdaDelta
  double weight_decay = 0;
  std::int64_t batch = 4096;  ///< of a training: after fitting_batch
  std::int64_t micro_batch = 32;
  double validation = 0.25;
  std::string split = "auto";
  std::uint64_t seed = 1;
  std::vector<std::string> freeze;
  Augmentation augmentation;
  std::string schedule = "constant";   ///< of the learning rate: constant, cosine, step
  std::int64_t schedule_epochs = 10;   ///< step: the rate is lowered after so many epochs
  double schedule_factor = 0.1;        ///< step: by this factor
  std::string loss = "cross_entropy";  ///< as Loss has them
  double loss_ratio = 0.05;            ///< of sensitivity_specificity: weight of the sensitivity's error
  bool batch_dice = false;             ///< the soft Dice is that of a micro-batch, not the mean of its samples
  std::vector<double> class_weights;   ///< of the cross-entropy, one for each class; empty: all alike
  bool judge_start = false;            ///< the weights to begin with are epoch 0, kept when no epoch is better
  std::string keep_by = "loss";        ///< of the validation, by which an epoch is the best: loss, dice
  bool keep_last = false;              ///< without validation: the last epoch's weights, not those of the lowest training loss
  // These only say how far it goes and where it goes.
  std::int64_t epochs = 50;
  std::int64_t patience = 50;
  double checkpoint_minutes = 10;
  std::string checkpoint;  ///< file; empty: none
  bool resume = true;
  std::string curve_csv, curve_png;  ///< files; empty: none
  std::string log;                   ///< file with a line for each epoch; empty: none
  std::int64_t least_steps = 8;      ///< of an epoch; a batch that makes fewer is lowered before the training
  std::string gate;                  ///< words for the model file: where samples were drawn; empty: not said
  std::vector<std::string> classes;  ///< names of the network's scores
  bool background = true;            ///< of more than two classes: the first is the background, which the mean Dice leaves out
};

}  // namespace flowrun::train
