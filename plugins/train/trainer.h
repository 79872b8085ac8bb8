#pragma once

#include <chrono>
#include <string>

#include "checkpoint.h"
#include "epoch_log.h"
#include "gradient.h"
#include "memory.h"

namespace flowrun::train {

/// Trains a network on examples, epoch by epoch, until no epoch was better for so many (patience) or all are done. With
/// Settings::judge_start the weights to begin with are measured first, as epoch 0, and kept where no epoch is better.
class Trainer {
 public:
  /// All are to outlive the trainer. `weights` are where it begins, and the best ones when it is done.
  Trainer(const network::Network& network, const Examples& examples, const Split& split, const Settings& settings,
          c10::Device device, Weights& weights);

  /// Gives false when the context was cancelled before the end; the checkpoint is then written and `weights` are of no use.
  /// Throws Error when the loss is no number any more.
  bool run(Context& context);

  const Progress& progress() const { return progress_; }
  double samples_per_second() const;
  bool is_saved() const { return is_saved_; }                  ///< the checkpoint has all that was trained
  const std::string& set_aside() const { return set_aside_; }  ///< a sentence about a checkpoint that did not fit; empty: none

 private:
  bool judge_start(Context& context);
  bool run_epoch(Context& context);
  void end_epoch(Context& context, const EpochFigures& figures, const std::vector<double>& class_dice, double seconds);
  std::string first_line() const;
  bool train_batch(Context& context, const std::vector<std::int64_t>& order, std::int64_t epoch);
  bool judge_epoch(Context& context, EpochFigures& figures, std::vector<double>& class_dice);
  void add_row(const EpochFigures& figures, const std::vector<double>& class_dice);
  bool is_better(const EpochFigures& figures) const;
  void keep_if_best(const EpochFigures& figures);
  void apply_batch_statistics(const BatchResult& result);
  void refuse_nan(double loss, std::int64_t step) const;
  void save(Context& context);
  void save_when_due(Context& context);
  void write_curve(Context& context);
  bool is_over() const;
  bool is_resumed() const { return progress_.epoch > 0 || progress_.batch > 0; }
  std::int64_t batches() const;
  void take_checkpoint();
  void resume_records(Context& context);
  std::uint64_t fingerprint() const;

  const network::Network& network_;
  const Examples& examples_;
  const Split& split_;
  const Settings& settings_;
  Weights& weights_;
  std::vector<bool> moves_;
  Gradient gradient_;
  Progress progress_;
  std::uint64_t fingerprint_ = 0;
  std::chrono::steady_clock::time_point saved_;
  double trained_seconds_ = 0;
  std::int64_t trained_samples_ = 0;
  bool has_checkpoint_ = false;
  bool is_saved_ = false;
  bool curve_failed_ = false;
  std::string set_aside_;
  EpochLog log_;
};

}  // namespace flowrun::train
