#include "trainer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "common/torch/kept_memory.h"
#include "curve.h"
#include "flowrun/sdk/error.h"
#include "own_build.h"
#include "random_order.h"
#include "steps.h"

namespace flowrun::train {
namespace {

using Clock = std::chrono::steady_clock;

Optimiser optimiser_of(const Settings& settings, std::size_t weights) {
  Optimiser optimiser{.kind = settings.optimiser,
                      .learning_rate = settings.learning_rate,
                      .epsilon = settings.epsilon,
                      .weight_decay = settings.weight_decay,
                      .beta1 = settings.beta1,
                      .beta2 = settings.beta2,
                      .rho = settings.rho};
  optimiser.mean.resize(weights);
  optimiser.square.resize(weights);
  return optimiser;
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

Trainer::Trainer(const network::Network& network, const Examples& examples, const Split& split, const Settings& settings,
                 c10::Device device, Weights& weights)
    : network_(network),
      examples_(examples),
      split_(split),
      settings_(settings),
      weights_(weights),
      moves_(weights.moving(settings.freeze)),
      gradient_(network, examples, settings, device),
      fingerprint_(fingerprint()),
      saved_(Clock::now()),
      log_(settings.log) {
  progress_.weights = weights.values();
  progress_.optimiser = optimiser_of(settings, progress_.weights.size());
  if (settings.resume && !settings.checkpoint.empty()) take_checkpoint();
  progress_.optimiser.learning_rate = learning_rate_at(settings, progress_.optimiser.steps, batches());
  weights_.values() = progress_.weights;
}

/// One that does not fit is put aside, so that neither its hours are lost nor this training waits for somebody to remove it.
void Trainer::take_checkpoint() {
  const std::string& path = settings_.checkpoint;
  try {
    has_checkpoint_ = read_checkpoint(path, fingerprint_, progress_);
  } catch (const OtherCheckpoint& other) {
    std::error_code failed;
    std::filesystem::rename(path, path + ".old", failed);
    if (failed) throw Error(std::string(other.what()) + ", and cannot be put aside: " + failed.message());
    set_aside_ =
        std::string(other.what()) + ", so the training starts from the beginning; the old one is kept as '" + path + ".old'";
  }
}

/// What a checkpoint belongs to: everything that the result depends on but the number of epochs, which counts where the rate
/// follows from it. The plugin's code is part of it.
std::uint64_t Trainer::fingerprint() const {
  std::string text = network::to_text(network_) + std::to_string(own_build());
  const Settings& s = settings_;
  for (const double number :
       {s.learning_rate, s.beta1, s.beta2, s.epsilon, s.weight_decay, s.validation, static_cast<double>(s.batch),
        static_cast<double>(s.micro_batch), static_cast<double>(s.augmentation.shift), static_cast<double>(s.augmentation.scale),
        static_cast<double>(s.augmentation.thick), static_cast<double>(s.schedule_epochs), s.schedule_factor,
        static_cast<double>(s.schedule == "cosine" ? s.epochs : 0), s.rho, s.loss_ratio})
    text.append(" ").append(std::to_string(hash_of({reinterpret_cast<const char*>(&number), sizeof number})));
  for (std::size_t axis = 0; axis < 3; ++axis)
    text += s.augmentation.flip[axis] ? "f" : "-", text += s.augmentation.rotate[axis] ? "r" : "-";
  text += s.split + std::to_string(s.seed) + s.schedule + (s.judge_start ? "0" : "-") + s.loss + (s.batch_dice ? "b" : "-") +
          s.optimiser + s.keep_by;
  for (const double weight : s.class_weights) text.append(" ").append(std::to_string(weight));
  for (const std::string& name : s.freeze) text.append(" ").append(name);
  const auto* first = reinterpret_cast<const char*>(weights_.values().data());
  return hash_of(text, hash_of({first, weights_.values().size() * sizeof(float)}, examples_.hash()));
}

std::int64_t Trainer::batches() const {
  return (static_cast<std::int64_t>(split_.training.size()) + settings_.batch - 1) / settings_.batch;
}

bool Trainer::is_over() const {
  return progress_.epoch >= settings_.epochs || progress_.epoch - progress_.best_epoch >= settings_.patience;
}

double Trainer::samples_per_second() const {
  return trained_seconds_ > 0 ? static_cast<double>(trained_samples_) / trained_seconds_ : 0;
}

bool Trainer::run(Context& context) {
  const tensor::KeptMemory kept(1 << 30, 64 << 20);
  if (is_resumed()) resume_records(context);
  else log_.begin(context, first_line());
  if (settings_.judge_start && progress_.curve.empty() && !judge_start(context)) return false;
  while (!is_over())
    if (!run_epoch(context)) {
      save(context);
      return false;
    }
  save(context);
  weights_.values() = progress_.best.empty() ? progress_.weights : progress_.best;
  return true;
}

/// A run moves aside what its graph wrote before, so that the log and the curve may be missing.
void Trainer::resume_records(Context& context) {
  std::vector<std::string> earlier;
  for (std::size_t i = 0; i < progress_.curve.size(); ++i)
    earlier.push_back(figures_line(progress_, i, settings_.classes, settings_.epochs));
  log_.resume(context, first_line(), earlier);
  if (!progress_.curve.empty()) write_curve(context);
}

std::string Trainer::first_line() const {
  if (is_resumed() && is_over()) return "the training was complete after epoch " + std::to_string(progress_.epoch);
  if (is_resumed())
    return "resumed at epoch " + std::to_string(progress_.epoch + 1) + " (" + std::to_string(progress_.batch) + " of its " +
           std::to_string(batches()) + " steps are done)";
  return begin_line(examples_, split_, batches(), settings_.batch);
}

bool Trainer::judge_start(Context& context) {
  EpochFigures figures;
  figures.epoch = 0;
  figures.training_loss = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> class_dice;
  if (!judge_epoch(context, figures, class_dice)) return false;
  keep_if_best(figures);
  add_row(figures, class_dice);
  write_curve(context);
  log_.add(context, epoch_line(progress_, settings_.classes, settings_.epochs, 0));
  return true;
}

bool Trainer::run_epoch(Context& context) {
  const auto number = static_cast<std::uint64_t>(progress_.epoch);
  std::vector<std::int64_t> order;
  for (const std::int64_t place :
       random_order(stream(settings_.seed, Purpose::order, number), static_cast<std::int64_t>(split_.training.size())))
    order.push_back(split_.training[static_cast<std::size_t>(place)]);
  while (progress_.batch < batches()) {
    if (!train_batch(context, order, progress_.epoch)) return false;
    save_when_due(context);
  }
  EpochFigures figures;
  figures.epoch = progress_.epoch + 1;
  figures.training_loss = progress_.loss_sum / static_cast<double>(order.size());
  figures.seconds = progress_.seconds;
  tensor::KeptMemory::give_back();
  const auto begin = Clock::now();
  std::vector<double> class_dice;
  if (!judge_epoch(context, figures, class_dice)) return false;
  tensor::KeptMemory::give_back();
  end_epoch(context, figures, class_dice, figures.seconds + seconds_since(begin));
  return true;
}

void Trainer::add_row(const EpochFigures& figures, const std::vector<double>& class_dice) {
  progress_.curve.push_back(figures);
  if (class_dice.size() > 2) progress_.class_dice.insert(progress_.class_dice.end(), class_dice.begin(), class_dice.end());
}

void Trainer::end_epoch(Context& context, const EpochFigures& figures, const std::vector<double>& class_dice, double seconds) {
  keep_if_best(figures);
  add_row(figures, class_dice);
  ++progress_.epoch;
  progress_.batch = 0;
  progress_.loss_sum = progress_.seconds = 0;
  write_curve(context);
  const double left = seconds * static_cast<double>(settings_.epochs - progress_.epoch);
  log_.add(context, epoch_line(progress_, settings_.classes, settings_.epochs, left));
}

bool Trainer::train_batch(Context& context, const std::vector<std::int64_t>& order, std::int64_t epoch) {
  const auto begin = Clock::now();
  const auto total = static_cast<std::int64_t>(order.size());
  const std::int64_t first = progress_.batch * settings_.batch, count = std::min(settings_.batch, total - first);
  const std::span samples(order.data() + first, static_cast<std::size_t>(count));
  const std::int64_t step = epoch * batches() + progress_.batch;
  const BatchResult result = gradient_.train(context, weights_, moves_, samples, epoch, step);
  if (context.cancelled()) return false;
  refuse_nan(result.loss, step);
  progress_.optimiser.learning_rate = learning_rate_at(settings_, step, batches());
  progress_.optimiser.step(weights_.values(), result.gradient, moves_);
  apply_batch_statistics(result);
  progress_.weights = weights_.values();
  progress_.loss_sum += result.loss;
  progress_.seconds += seconds_since(begin);
  trained_seconds_ += seconds_since(begin);
  trained_samples_ += count;
  ++progress_.batch;
  is_saved_ = false;
  const double done = static_cast<double>(epoch) + static_cast<double>(progress_.batch) / static_cast<double>(batches());
  context.progress(done / static_cast<double>(settings_.epochs));
  return true;
}

/// The running mean and variance of each batch_norm layer move towards those of the batch, unless the layer is frozen.
void Trainer::apply_batch_statistics(const BatchResult& result) {
  std::size_t means = 0, variances = 0;
  bool moves = true;  // whether the layer does
  for (std::size_t i = 0; i < weights_.parameters().size(); ++i) {
    const network::Parameter& parameter = weights_.parameters()[i];
    if (parameter.role == network::Parameter::Role::weight) moves = moves_[static_cast<std::size_t>(weights_.offset(i))];
    if (!parameter.is_buffer()) continue;
    const bool is_mean = parameter.role == network::Parameter::Role::mean;
    const at::Tensor newest = (is_mean ? result.mean.at(means++) : result.variance.at(variances++)).to(at::kCPU);
    if (!moves) continue;
    const double momentum = parameter.layer->momentum;
    at::Tensor running = weights_.view(i);
    running.mul_(1 - momentum).add_(newest, momentum);
  }
}

bool Trainer::judge_epoch(Context& context, EpochFigures& figures, std::vector<double>& class_dice) {
  if (split_.validation.empty()) return true;
  const Metrics found = gradient_.judge(context, weights_, split_.validation);
  if (context.cancelled()) return false;
  figures.validation_loss = found.loss / static_cast<double>(split_.validation.size());
  figures.validation_accuracy = static_cast<double>(found.right) / static_cast<double>(found.count);
  figures.validation_dice = mean_dice(found, settings_.background || found.found.size() == 2);
  for (std::size_t label = 0; label < found.found.size(); ++label) class_dice.push_back(dice_of(found, label));
  return true;
}

/// Than the best epoch before. Of epochs with the same Dice, and where there is none, that with the lower loss.
bool Trainer::is_better(const EpochFigures& figures) const {
  if (split_.validation.empty()) return figures.training_loss < progress_.best_loss;
  const EpochFigures* const best = best_figures(progress_);
  if (best && settings_.keep_by == "dice") {
    const double now = figures.validation_dice, before = best->validation_dice;
    if (std::isnan(now) != std::isnan(before)) return std::isnan(before);
    if (now > before || now < before) return now > before;
  }
  return figures.validation_loss < progress_.best_loss;
}

void Trainer::keep_if_best(const EpochFigures& figures) {
  const bool is_kept = split_.validation.empty() && settings_.keep_last;
  if (!is_kept && !is_better(figures)) return;
  progress_.best_loss = split_.validation.empty() ? figures.training_loss : figures.validation_loss;
  progress_.best_epoch = figures.epoch;
  progress_.best = weights_.values();
}

void Trainer::refuse_nan(double loss, std::int64_t step) const {
  if (std::isfinite(loss)) return;
  char rate[32];
  std::snprintf(rate, sizeof rate, "%g", learning_rate_at(settings_, step, batches()));
  const std::string kept =
      has_checkpoint_ ? "the last good checkpoint is '" + settings_.checkpoint + "'" : "no checkpoint had been written yet";
  throw Error("the loss is not a number any more at step " + std::to_string(step + 1) + " (epoch " +
              std::to_string(progress_.epoch + 1) + "), with the learning rate " + rate +
              "; lower 'learning_rate', or look for NaN in the images; " + kept);
}

/// A full disk must not cost the training: it continues, and the next checkpoint may fit again.
void Trainer::save(Context& context) {
  if (settings_.checkpoint.empty()) return;
  try {
    write_checkpoint(settings_.checkpoint, fingerprint_, progress_);
    has_checkpoint_ = is_saved_ = true;
  } catch (const Error& fault) {
    context.warn(std::string("no checkpoint could be written: ") + fault.what());
  }
  saved_ = Clock::now();
}

void Trainer::save_when_due(Context& context) {
  if (seconds_since(saved_) >= 60 * settings_.checkpoint_minutes) save(context);
}

/// Nor must a curve that cannot be drawn; said once, since it would be said after every epoch.
void Trainer::write_curve(Context& context) {
  try {
    if (!settings_.curve_csv.empty()) write_curve_csv(settings_.curve_csv, progress_, settings_.classes);
    if (!settings_.curve_png.empty()) write_curve_png(settings_.curve_png, progress_.curve, progress_.best_epoch);
  } catch (const Error& fault) {
    if (!curve_failed_) context.warn(std::string("the learning curve could not be written: ") + fault.what());
    curve_failed_ = true;
  }
}

}  // namespace flowrun::train
