#include "fit_run.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "common/network/model_description.h"
#include "common/torch/device.h"
#include "common/torch/precision.h"
#include "epoch_log.h"
#include "fit_params.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/node.h"
#include "initialise.h"
#include "memory.h"
#include "model_file.h"
#include "start_model.h"
#include "steps.h"
#include "trainer.h"
#include "training_text.h"
#include "voxel_sizes.h"

namespace flowrun::train {
namespace {

const std::string kWhere = "the network that is to be trained";

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("the description of the network '" + path + "' cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The network that the parameters name, by its own file or by the model to start with.
network::Network network_of(const Params& params) {
  const std::string &file = params.text("network"), &start = params.text("start");
  if (!file.empty()) return network::parse_network(text_of(file), "the network in '" + file + "'");
  if (start.empty())
    throw Error("neither parameter 'network' nor 'start' is given; one of them says which layers are to be trained");
  return *describe_model(start).structure;
}

/// A network with views takes patches of these sizes, any other one patch.
void require_views(const Examples& examples, const network::Network& network, const std::string& where) {
  const std::vector<network::Size3> wanted = network.views(), found = examples.sizes();
  if (found == wanted || (wanted.empty() && found.size() == 1)) return;
  throw Error(where + " takes " + (wanted.empty() ? "one patch around a voxel" : "views of " + network::in_words(wanted)) +
              ", but the samples have " + (found.size() == 1 ? "a patch of " : "views of ") + network::in_words(found) +
              "; parameter 'size' of the node that draws them says which are cut");
}

void require_row(const network::Shape& output, const std::string& where) {
  if (output.flat && output.channels >= 2) return;
  throw Error(where + " gives " + network::in_words(output) +
              " for a patch; a row of two scores or more is expected, as a dense layer gives it");
}

void require_image(const network::Shape& output, const network::Shape& crop, const std::string& where) {
  if (!output.flat && output.channels >= 2 && output.size == crop.size) return;
  throw Error(where + " gives " + network::in_words(output) + " for a crop of " + network::in_words(crop) +
              "; two channels of scores or more are expected, of the same size: give convolutions a padding, and bring back "
              "what a pool made smaller (transposed_convolution, upsample)");
}

/// What a network of whole images makes of a crop.
network::Shapes shapes_of_crop(const network::Network& network, std::int64_t channels, const network::Size3& crop) {
  network::Shapes shapes;
  try {
    shapes = network::infer_shapes(network, channels, crop, kWhere);
  } catch (const Error& fault) {
    throw Error(std::string(fault.what()) + "; parameter 'crop' is " + network::in_words({crop}) +
                ": each pool must divide it without a remainder, and it must be at least as large as what the network looks at");
  }
  require_image(shapes.output, shapes.input, kWhere);
  return shapes;
}

void require_classes(const network::Shapes& shapes, std::size_t classes, const std::string& where) {
  if (static_cast<std::size_t>(shapes.output.channels) != classes)
    throw Error(where + " gives " + std::to_string(shapes.output.channels) + " scores, but parameter 'classes' has " +
                std::to_string(classes) + " names");
}

void require_freezable(const Weights& weights, const std::vector<std::string>& freeze) {
  for (const std::string& name : freeze) {
    const std::vector<bool> moves = weights.moving({name}), all = weights.moving({});
    if (moves != all) continue;
    std::string known;
    for (const network::Parameter& parameter : weights.parameters()) known += (known.empty() ? "" : ", ") + parameter.name;
    throw Error("parameter 'freeze' names '" + name + "', but no parameter of the network begins so; they are " + known);
  }
}

void require_class_weights(const std::vector<double>& weights, std::size_t classes) {
  if (weights.empty()) return;
  if (weights.size() != classes)
    throw Error("parameter 'class_weights' has " + std::to_string(weights.size()) + " numbers, but parameter 'classes' has " +
                std::to_string(classes) + " names; give one number for each");
  for (const double weight : weights)
    if (!(weight > 0) || !std::isfinite(weight))
      throw Error("parameter 'class_weights' has " + std::to_string(weight) + " where a number above 0 is expected");
}

void require_channels(const Params& params, const Examples& examples) {
  const std::size_t names = params.texts("channels").size();
  if (static_cast<std::int64_t>(names) != examples.channels())
    throw Error("parameter 'channels' has " + std::to_string(names) + " names, but the samples have " +
                std::to_string(examples.channels()) + " channels");
}

std::string cases_words(std::size_t count) { return std::to_string(count) + (count == 1 ? " case" : " cases"); }

/// "3 steps", "1 step".
std::string steps_words(std::int64_t count) { return std::to_string(count) + (count == 1 ? " step" : " steps"); }

/// The paper's batch of 4096 against a few hundred samples makes one step an epoch, and a training that learns nothing.
void fit_batch(Context& context, Settings& settings, std::int64_t samples, const std::string& word) {
  const std::int64_t wanted = settings.batch;
  settings.batch = fitting_batch(wanted, samples, settings.least_steps);
  if (settings.batch == wanted) return;
  context.warn("a batch of " + std::to_string(wanted) + " would make " + steps_words((samples + wanted - 1) / wanted) +
               " of an epoch of " + std::to_string(samples) + " " + word + ", which teach it little; the batch is lowered to " +
               std::to_string(settings.batch) + ", for " + steps_words((samples + settings.batch - 1) / settings.batch) +
               " ('least_steps' " + std::to_string(settings.least_steps) + "; 1 leaves the batch as it is)");
}

/// What was trained is not lost with a disk that is full at the end.
void write_model(const std::string& path, const std::string& bytes, const Trainer& trainer, const Settings& settings) {
  try {
    write_atomically(path, bytes);
  } catch (const Error& fault) {
    if (!trainer.is_saved()) throw;
    throw Error(std::string(fault.what()) + "; what was trained is in the checkpoint '" + settings.checkpoint +
                "': the same command writes the model from it");
  }
}

/// The loss applies a softmax to what comes before one at the end.
void warn_of_softmax(Context& context, const network::Network& network) {
  std::int64_t count = 0;
  const auto add = [&](const std::vector<network::Layer>& layers) {
    count += std::count_if(layers.begin(), layers.end(),
                           [](const network::Layer& layer) { return layer.kind == network::LayerKind::softmax; });
  };
  for (const auto& branch : network.branches) add(branch.layers);
  add(network.trunk);
  if (count > (ends_in_softmax(network) ? 1 : 0))
    context.warn("the network has a softmax before its end, after which no probability can be near 0 or 1; leave it out");
}

/// What the model says of itself.
network::ModelDescription description_of(const Params& params, const network::Network& network, const FitJob& job) {
  network::ModelDescription description;
  description.structure = network;
  description.channels = params.texts("channels");
  description.axes = job.examples.axes();
  description.spacing = spacing_trained_on(job.examples, job.split);
  description.classes = params.texts("classes");
  description.views = network.views();
  const bool takes_any_size = job.examples.has_label_image();
  if (!takes_any_size && !network.has_views) description.size = job.examples.size();
  return description;
}

void report_before(Context& context, const network::ModelDescription& description, const network::Shapes& shapes,
                   const FitJob& job) {
  const network::Network& network = *description.structure;
  const Split& split = job.split;
  const Settings& settings = job.settings;
  context.report("training_samples", static_cast<double>(split.training.size()));
  context.report("batch", static_cast<double>(settings.batch));
  context.report("validation_samples", static_cast<double>(split.validation.size()));
  context.report("validation_cases", static_cast<double>(split.validation_cases.size()));
  context.report("sample_mib", static_cast<double>(job.examples.bytes()) / 1048576);
  const std::vector<std::string> classes = context.params().texts("classes");
  const std::vector<std::int64_t> counts = job.examples.counts(classes.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] == 0)
      context.warn("no case has " + std::string(job.examples.has_label_image() ? "a voxel" : "a sample") + " of class '" +
                   classes[i] + "', so the network cannot learn it, and its Dice is not known");
  warn_of_softmax(context, network);
  if (const std::string sentence = mixed_spacing_words(job.examples, description.looks()); !sentence.empty())
    context.warn(sentence);
  if (settings.learning_rate == 0) context.warn("'learning_rate' is 0, so no weight moves");
  const std::int64_t needed = training_bytes(network, shapes, std::min(settings.micro_batch, settings.batch), job.threads);
  const std::int64_t predicted = std::max(peak_bytes(), resident_bytes() + needed);
  context.report("predicted_peak_mib", static_cast<double>(predicted) / 1048576);
  if (!split.validation.empty() && !split.by_case)
    context.warn("the voxels that the training is validated on are of the same " + cases_words(job.examples.case_names().size()) +
                 " that it is trained on, so the validation figures are too good; from four cases on whole cases are held out");
  if (!context.params().text("start").empty() && split.validation.empty())
    context.warn(std::string("nothing is kept for validation") + (settings.validation == 0 ? " ('validation' is 0)" : "") +
                 ", so the training is not compared with the model to start "
                 "with, and what is written may be worse than that");
}

/// Whether the training made anything better than what it began with.
void compare_with_start(Context& context, const Progress& progress) {
  const EpochFigures& start = progress.curve.front();
  context.report("start_loss", start.validation_loss);
  context.report("start_validation_dice", start.validation_dice);
  if (progress.best_epoch > 0) return;
  context.warn("none of " + std::to_string(progress.epoch) +
               " epochs was better on the samples that are kept for validation than the model to start with, so the model that is "
               "written has the weights of that one; try a lower 'learning_rate' or more cases");
}

void report_after(Context& context, const Trainer& trainer, const Settings& settings) {
  const Progress& progress = trainer.progress();
  context.report("epochs", static_cast<double>(progress.epoch));
  context.report("best_epoch", static_cast<double>(progress.best_epoch));
  context.report("best_loss", progress.best_loss);
  if (const EpochFigures* best = best_figures(progress)) {
    context.report("best_validation_dice", best->validation_dice);
    if (best->validation_dice == 0)
      context.warn(
          "the network that is written finds nothing of what is labelled in the validation (its Dice is 0); try a lower "
          "'learning_rate', more 'epochs', or 'initial_probabilities'");
  }
  if (settings.judge_start) compare_with_start(context, progress);
  const double guessing = std::log(static_cast<double>(settings.classes.size()));
  if (settings.loss == "cross_entropy" && settings.class_weights.empty() && progress.best_loss > guessing)
    context.warn("the best loss is " + four_digits(progress.best_loss) + ", above the " + four_digits(guessing) +
                 " of a network that gives each class the same score: it has learned nothing; try a lower 'learning_rate'");
  context.report("samples_per_second", trainer.samples_per_second());
}

}  // namespace

void check_volume_network(const Params& params) {
  if (params.find("loss") && params.find("batch_dice") && params.flag("batch_dice") && !params.text("loss").ends_with("dice"))
    throw Error("parameter 'batch_dice' is true, but the loss " + params.text("loss") +
                " has no Dice; choose dice or cross_entropy_dice");
  if (params.find("batch_dice") && params.find("micro_batch") && params.flag("batch_dice") && params.integer("micro_batch") == 1)
    throw Error(
        "parameter 'batch_dice' is true, but 'micro_batch' is 1, so that there is one crop to take the Dice of; raise it");
  for (const char* name : {"network", "channels", "classes", "crop", "class_weights", "initial_probabilities"})
    if (!params.find(name)) return;            // it depends on the case
  if (params.text("network").empty()) return;  // the layers are those of the model to start with
  const network::Network network = network_of(params);
  const std::size_t classes = params.texts("classes").size();
  const network::Shapes shapes =
      shapes_of_crop(network, static_cast<std::int64_t>(params.texts("channels").size()), size_in(params, "crop"));
  require_classes(shapes, classes, kWhere);
  require_class_weights(params.numbers("class_weights"), classes);
  Weights weights(network, shapes);
  if (const auto given = params.numbers("initial_probabilities"); !given.empty()) begin_with(weights, given, classes);
}

void fit(Context& context, FitJob job) {
  const Params& params = context.params();
  const Examples& examples = job.examples;
  const network::Network network = network_of(params);
  require_channels(params, examples);
  require_views(examples, network, kWhere);
  const bool is_of_crops = examples.has_label_image();
  const network::Shapes shapes = is_of_crops ? shapes_of_crop(network, examples.channels(), examples.size())
                                             : network::infer_shapes(network, examples.channels(), examples.size(), kWhere);
  if (!is_of_crops) require_row(shapes.output, kWhere);
  require_classes(shapes, params.texts("classes").size(), kWhere);
  require_class_weights(job.settings.class_weights, params.texts("classes").size());
  Weights weights(network, shapes);
  initialise(weights, job.settings.initialisation, job.settings.initial_sd, job.settings.seed);
  if (const auto& given = job.settings.initial_probabilities; !given.empty())
    begin_with(weights, given, params.texts("classes").size());
  load_start(context, weights, examples);
  require_freezable(weights, job.settings.freeze);
  fit_batch(context, job.settings, static_cast<std::int64_t>(job.split.training.size()), examples.word());
  network::ModelDescription description = description_of(params, network, job);
  report_before(context, description, shapes, job);
  AtomicFile(params.text("model"), ".pt");  // a model that cannot be written is reported before the hours of training

  Trainer trainer(network, examples, job.split, job.settings, job.device, weights);
  if (!trainer.set_aside().empty()) context.warn(trainer.set_aside());
  if (!trainer.run(context)) return;
  if (trainer.progress().best_epoch == 0 && !params.text("start").empty())  // the weights are still those of that model
    description.spacing = description_in(params.text("start")).spacing;
  const std::string training = training_text(job.settings, examples, job.split, trainer.progress(), start_of(params));
  write_model(params.text("model"), torchscript_of(network, weights, network::to_text(description, training)), trainer,
              job.settings);
  report_after(context, trainer, job.settings);
}

void require_cases(const Params& params, std::size_t cases) {
  if (static_cast<std::int64_t>(cases) >= params.integer("least_cases")) return;
  throw Error("only " + cases_words(cases) + (cases == 1 ? " has" : " have") + " samples, but 'least_cases' asks for " +
              std::to_string(params.integer("least_cases")) + "; look at the cases that failed or have no lesions");
}

void FitDevice::open(OpenContext& context) {
  device_ = tensor::choose_device(context.device());
  if (const std::string sentence = tensor::fallback_sentence(context.device()); !sentence.empty()) context.warn(sentence);
  if (device_.is_cuda()) claim_ = tensor::claim_cuda({});  // LibTorch's own default lets convolutions round to tf32
  threads_ = context.threads();
}

}  // namespace flowrun::train
