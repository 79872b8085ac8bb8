#include "patch_runner.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "channels.h"
#include "common/grid/probabilities.h"
#include "common/torch/inference.h"
#include "device/job.h"
#include "failing_network.h"
#include "flowrun/sdk/error.h"
#include "views.h"

namespace flowrun::cnn {
namespace {

/// The same patch in two batches: by the order of sums, and by formats of 16 bits or whole numbers. Relative above 1.
constexpr double kSameScore = 1e-3, kSameRoundedScore = 0.05;

std::string in_words(const std::array<std::int64_t, 3>& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]) + " voxels";
}

std::string in_words(std::int64_t channels) { return std::to_string(channels) + (channels == 1 ? " channel" : " channels"); }

std::string in_words(const PatchBatch& patches) { return in_words(patches.channels) + " and " + in_words(patches.size); }

/// What the network wants, as far as its description says: "4 channels (FLAIR, PD, T2, T1) and 15 x 15 x 15 voxels".
std::string wanted_in_words(const network::ModelDescription& description) {
  std::string text;
  if (!description.channels.empty())
    text = in_words(static_cast<std::int64_t>(description.channels.size())) + " (" + channels_in_order(description) + ")";
  if (description.size[0] > 0) text += (text.empty() ? "" : " and ") + in_words(description.size);
  if (!description.views.empty()) text += (text.empty() ? "views of " : " and views of ") + network::in_words(description.views);
  return text;
}

void require_complete(const PatchBatch& patches) {
  const bool sizes = patches.channels > 0 && std::all_of(patches.size.begin(), patches.size.end(), [](auto n) { return n > 0; });
  const auto held = static_cast<std::int64_t>(patches.values.size());
  if (patches.count() > 0 &&
      (!sizes || held / patches.values_per_patch() != patches.count() || held % patches.values_per_patch() != 0))
    throw Error("a chunk of " + std::to_string(patches.count()) + " patches of " + in_words(patches) + " contains " +
                std::to_string(held) + " values; the plugin that made it is at fault");
}

}  // namespace

PatchRunner::PatchRunner(const Params& params, c10::Device device, const tensor::Arithmetic& arithmetic)
    : PatchRunner(params, params.text("model"), device, arithmetic) {}

PatchRunner::PatchRunner(const Params& params, const std::string& model, c10::Device device, const tensor::Arithmetic& arithmetic)
    : PatchRunner(model, params.integer("batch"),
                  {params.integer("output_class"), params.text("activation"), grid_rules_of(params)}, device, arithmetic) {}

PatchRunner::PatchRunner(const std::string& model, std::int64_t batch, c10::Device device)
    : PatchRunner(model, batch, Wanted{}, device, {}) {}

PatchRunner::PatchRunner(const std::string& model, std::int64_t batch, const Wanted& wanted, c10::Device device,
                         const tensor::Arithmetic& arithmetic)
    : model_(tensor::load_model(model, device, arithmetic)),
      description_(network::parse_description(model_->description(), model_->path())),
      activation_(wanted.activation),
      batch_(batch),
      output_class_(wanted.output_class),
      rules_(wanted.rules) {
  const auto classes = static_cast<std::int64_t>(description_.classes.size());
  if (classes > 0 && output_class_ >= classes)
    throw Error("parameter 'output_class' is " + std::to_string(output_class_) + ", but the network in '" + model_->path() +
                "' has " + std::to_string(classes) + " classes, numbered from 0");
}

Scores PatchRunner::run(const PatchBatch& patches, int threads, const std::function<bool()>& cancelled) const {
  check_patches(patches);
  const tensor::InferenceScope scope(threads);
  Scores scores;
  scores.geometry = patches.geometry;
  scores.voxels = patches.voxels;
  scores.classes = patches.count() > 0 ? 0 : classes_without_patches(patches);
  // What is computed together depends on the chunk alone, so that the results do not depend on the threads.
  for (std::int64_t first = 0; first < patches.count() && !cancelled(); first += batch_) {
    const std::int64_t count = std::min(batch_, patches.count() - first);
    const at::Tensor found = scores_on_device(tensor::view_of_patches(patches, first, count), patches).to(at::kCPU);
    scores.classes = found.size(1);
    const float* values = found.data_ptr<float>();
    scores.values.insert(scores.values.end(), values, values + found.numel());
  }
  refuse_nan(scores);
  return scores;
}

void PatchRunner::refuse_nan(const Scores& scores) const {
  const auto wrong = std::find_if(scores.values.begin(), scores.values.end(), [](float value) { return std::isnan(value); });
  if (wrong != scores.values.end()) {
    const auto row = static_cast<std::size_t>((wrong - scores.values.begin()) / scores.classes);
    const auto [x, y, z] = scores.geometry.voxel_at(scores.voxels[row]);
    throw Error("the network in '" + model_->path() + "' gives NaN for the patch around voxel (" + std::to_string(x) + ", " +
                std::to_string(y) + ", " + std::to_string(z) + "); look for NaN in the images or in the network's weights");
  }
}

std::string PatchRunner::beyond_probabilities(const Scores& scores) const {
  const std::string range = grid::range_beyond_probabilities(scores.values);
  if (range.empty()) return "";
  return "the scores of the network in '" + model_->path() + "' run " + range + grid::what_to_do_about_scores("this node");
}

void PatchRunner::check_patches(const PatchBatch& patches) const {
  require_complete(patches);
  if (patches.count() > 0) check_kind(patches);
}

PatchBatch PatchRunner::rows_of(const std::vector<const PatchBatch*>& views) const {
  for (const PatchBatch* view : views) require_complete(*view);
  check_views(description_, model_->path(), views);
  return cnn::rows_of(views);
}

void PatchRunner::check_kind(const PatchBatch& patches) const {
  const bool channels_fit =
      description_.channels.empty() || patches.channels == static_cast<std::int64_t>(description_.channels.size());
  const bool size_fits = description_.size[0] == 0 || patches.size == description_.size;
  const bool fits = description_.views.empty() ? channels_fit && size_fits : are_rows(description_, patches);
  if (!fits)
    throw Error("the network in '" + model_->path() + "' wants patches of " + wanted_in_words(description_) + ", but they have " +
                in_words(patches) + "; check the images and the size given to the node that cuts the patches");
}

void PatchRunner::check_contrasts(const std::vector<std::string>& contrasts) const {
  cnn::check_contrasts(description_, model_->path(), contrasts);
}

void PatchRunner::check_grid(const Geometry& geometry) const { cnn::check_grid(description_, model_->path(), geometry, rules_); }

at::Tensor PatchRunner::forward(const at::Tensor& input, const PatchBatch& patches) const {
  at::Tensor output;
  try {
    if (const std::int64_t fixed = fixed_batch_.load(); fixed > 0) return in_fixed_batches(*model_, input, fixed);
    output = model_->forward(input);
    if (output.dim() > 0 && output.size(0) == input.size(0)) return output;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    refuse_memory(failure, input.size(0), patches);
    if (!takes_fixed_batches(input)) refuse_failure(failure, input, patches);
  }
  return takes_fixed_batches(input) ? in_fixed_batches(*model_, input, fixed_batch_)
                                    : output;  // check_output refuses a wrong shape
}

/// A network that was traced with a batch may have its size within. Looked for once it has failed, and from then on it gets
/// batches of that size.
bool PatchRunner::takes_fixed_batches(const at::Tensor& input) const {
  if (fixed_batch_ > 0) return true;
  const std::int64_t found = fixed_batch_of(*model_, input);
  if (found > 0) fixed_batch_ = found;
  return found > 0;
}

void PatchRunner::refuse_failure(const std::exception& failure, const at::Tensor& input, const PatchBatch& patches) const {
  const std::string reason = tensor::short_reason(failure);
  if (tensor::is_raised_by_network(failure)) throw Error("the network in '" + model_->path() + "' stops with: " + reason);
  throw Error(why_it_fails(*model_, input, in_words(patches), reason));
}

void PatchRunner::refuse_memory(const std::exception& failure, std::int64_t count, const PatchBatch& patches) const {
  if (!tensor::is_out_of_memory(failure)) return;
  if (!model_->device().is_cpu()) throw device::OutOfMemory(tensor::short_reason(failure));
  throw Error("there is not enough memory to run " + std::to_string(count) + " patches of " + in_words(patches) +
              " at a time through the network in '" + model_->path() + "'; lower the parameter 'batch'");
}

void PatchRunner::check_output(const at::Tensor& output, std::int64_t count) const {
  const std::string network = "the network in '" + model_->path() + "' gives ";
  if (output.dim() != 2 || output.size(0) != count || output.size(1) < 1 || !output.is_floating_point())
    throw Error(network + "a tensor of shape " + c10::str(output.sizes()) + " and type " + c10::toString(output.scalar_type()) +
                " for " + std::to_string(count) + " patches; " + std::to_string(count) +
                " rows of floating-point scores are expected, one column for each class");
  const auto classes = static_cast<std::int64_t>(description_.classes.size());
  if (classes > 0 && output.size(1) != classes)
    throw Error(network + std::to_string(output.size(1)) + " scores for each patch, but its description names " +
                std::to_string(classes) + " classes");
  if (output_class_ >= output.size(1))
    throw Error("parameter 'output_class' is " + std::to_string(output_class_) + ", but " + network +
                std::to_string(output.size(1)) + " scores for each patch, numbered from 0");
}

at::Tensor PatchRunner::all_scores(const at::Tensor& input, const PatchBatch& patches) const {
  at::Tensor output = forward(input, patches);
  check_output(output, input.size(0));
  output = output.to(at::kFloat);
  if (activation_ == "softmax") output = at::softmax(output, 1);
  if (activation_ == "sigmoid") output = at::sigmoid(output);
  return output;
}

at::Tensor PatchRunner::scores_on_device(const at::Tensor& input, const PatchBatch& patches) const {
  at::Tensor output = all_scores(input, patches);
  check_independence(input, output, patches);
  if (output_class_ >= 0) output = output.narrow(1, output_class_, 1);
  return output.contiguous();
}

// Softmax over the wrong dimension and norms in training mode mix the patches of a batch, so that the map changes with 'batch'.
// Whoever comes while the first batch is compared waits, so that no case ends well before the verdict. Where all patches are the
// same, a later batch decides.
void PatchRunner::check_independence(const at::Tensor& input, const at::Tensor& scores, const PatchBatch& patches) const {
  const std::int64_t count = input.size(0);
  if (count < 2 || is_independent_) return;
  const std::lock_guard lock(comparing_);
  if (is_independent_ || (input == input.narrow(0, 0, 1)).all().item<bool>()) return;
  compare_row(0, input, scores, patches);
  if (count > 2) compare_row(count / 2, input, scores, patches);
  compare_row(count - 1, input, scores, patches);
  is_independent_ = true;
}

// In company of itself alone: some networks take no batch of one patch. And not in a batch of the same size, which may itself be
// what matters.
void PatchRunner::compare_row(std::int64_t row, const at::Tensor& input, const at::Tensor& scores,
                              const PatchBatch& patches) const {
  const bool is_exact = model_->arithmetic().precision == tensor::Precision::fp32 && !model_->quantises_batches();
  const double tolerance = is_exact ? kSameScore : kSameRoundedScore;
  const at::Tensor among = scores[row];
  const at::Tensor alone = all_scores(input.narrow(0, row, 1).repeat({input.size(0) == 2 ? 3 : 2, 1, 1, 1, 1}), patches)[0];
  if (among.sizes() != alone.sizes())
    throw Error("the network in '" + model_->path() + "' gives " + std::to_string(among.numel()) + " scores for each of " +
                std::to_string(input.size(0)) + " patches, but " + std::to_string(alone.numel()) +
                " in another batch; one for each class is expected");
  if (at::allclose(among, alone, tolerance, tolerance, /*equal_nan=*/true)) return;
  const auto worst = at::nan_to_num(at::sub(among, alone)).abs().argmax().item<std::int64_t>();
  throw Error("the network in '" + model_->path() + "' gives a patch a score that depends on the other patches of its batch: " +
              std::to_string(among[worst].item<float>()) + " among " + std::to_string(input.size(0)) + " patches, " +
              std::to_string(alone[worst].item<float>()) +
              " without the others, so the result would change with the parameter 'batch'; look for an "
              "operation over dimension 0 (softmax, mean, max, flip) and for a normalisation in training mode (network.eval())");
}

// Who reads an empty chunk may still ask how many classes there are; where the description does not say, a patch of zeros does.
std::int64_t PatchRunner::classes_without_patches(const PatchBatch& patches) const {
  if (output_class_ >= 0) return 1;
  if (!description_.classes.empty()) return static_cast<std::int64_t>(description_.classes.size());
  if (patches.values_per_patch() <= 0) return 0;
  const auto [width, height, depth] = patches.size;
  const tensor::InferenceScope scope(1);
  return scores_on_device(at::zeros({1, patches.channels, depth, height, width}), patches).size(1);
}

std::vector<ParamSpec> PatchRunner::params() {
  std::vector<ParamSpec> specs{{.name = "model",
                                .type = ParamType::path,
                                .help = "TorchScript file of a network that takes N x C x D x H x W and gives N x K"},
                               {.name = "batch",
                                .type = ParamType::integer,
                                .default_value = std::int64_t{32},
                                .help = "Patches that go through the network at a time",
                                .min = 1,
                                .unit = "patches"},
                               {.name = "output_class",
                                .type = ParamType::integer,
                                .default_value = std::int64_t{1},
                                .help = "The class whose score is kept, numbered from 0; -1 keeps all",
                                .min = -1},
                               {.name = "activation",
                                .type = ParamType::choice,
                                .default_value = std::string("none"),
                                .help = "Applied to the network's output: softmax over the classes, or sigmoid of each",
                                .choices = {"none", "softmax", "sigmoid"}}};
  for (ParamSpec& spec : grid_params()) specs.push_back(std::move(spec));
  return specs;
}

}  // namespace flowrun::cnn
