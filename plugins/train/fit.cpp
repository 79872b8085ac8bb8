#include "fit.h"

#include <cmath>
#include <fstream>
#include <utility>

#include "common/network/model_description.h"
#include "common/torch/device.h"
#include "common/torch/precision.h"
#include "common/torch/trusted_models.h"
#include "fit_params.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/node.h"
#include "initialise.h"
#include "memory.h"
#include "model_file.h"
#include "steps.h"
#include "trainer.h"
#include "training_text.h"

namespace flowrun::train {
namespace {

constexpr CollectingInput<Samples> kSamples{"samples", Scope::per_case, "The samples of each case, from train.sample"};

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

void require_classes(const network::Shapes& shapes, std::size_t classes, const std::string& where) {
  if (!shapes.output.flat || shapes.output.channels < 2)
    throw Error(where + " gives " + network::in_words(shapes.output) +
                " for a patch; a row of two scores or more is expected, as a dense layer gives it");
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

/// "3 steps", "1 step".
std::string steps_words(std::int64_t count) { return std::to_string(count) + (count == 1 ? " step" : " steps"); }

class FitFiring : public Firing {
 public:
  FitFiring(c10::Device device, int threads) : device_(device), threads_(device.is_cpu() ? threads : 1) {}

  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    data_.add(std::static_pointer_cast<const Samples>(item));
  }

  void finish(Context& context) override {
    check_data(context);
    const Params& params = context.params();
    Settings settings = settings_of(params, data_.size());
    const network::Network network = network_of(params);
    const std::string where = "the network that is to be trained";
    const network::Shapes shapes = network::infer_shapes(network, data_.channels(), data_.size(), where);
    require_classes(shapes, params.texts("classes").size(), where);
    require_class_weights(settings.class_weights, params.texts("classes").size());
    Weights weights(network, shapes);
    initialise(weights, settings.initialisation, settings.initial_sd, settings.seed);
    if (!params.text("start").empty()) load_weights(weights, params.text("start"));
    require_freezable(weights, settings.freeze);
    const Split split = split_of(data_, settings.validation, settings.split, settings.seed);
    fit_batch(context, settings, static_cast<std::int64_t>(split.training.size()));
    tell_before(context, network, shapes, settings, split);
    AtomicFile(params.text("model"), ".pt");  // a model that cannot be written is told before the hours of training

    Trainer trainer(network, data_, split, settings, device_, weights);
    if (!trainer.set_aside().empty()) context.warn(trainer.set_aside());
    if (!trainer.run(context)) return;
    write_model(params.text("model"), torchscript_of(network, weights, description(context, network, settings, split, trainer)),
                trainer, settings);
    tell_after(context, trainer, settings);
  }

 private:
  void check_data(Context& context) const {
    const Params& params = context.params();
    if (data_.count() == 0)
      throw Error("no case has samples to train on; look at the lesion masks and at what the nodes before say");
    if (static_cast<std::int64_t>(data_.cases().size()) < params.integer("least_cases"))
      throw Error("only " + std::to_string(data_.cases().size()) + " cases have samples, but 'least_cases' asks for " +
                  std::to_string(params.integer("least_cases")) + "; look at the cases that failed or have no lesions");
    if (static_cast<std::int64_t>(params.texts("channels").size()) != data_.channels())
      throw Error("parameter 'channels' has " + std::to_string(params.texts("channels").size()) +
                  " names, but the samples have " + std::to_string(data_.channels()) + " channels");
  }

  /// The paper's batch of 4096 against a few hundred samples makes one step an epoch, and a training that learns nothing.
  static void fit_batch(Context& context, Settings& settings, std::int64_t samples) {
    const std::int64_t wanted = settings.batch;
    settings.batch = fitting_batch(wanted, samples, settings.least_steps);
    if (settings.batch == wanted) return;
    context.warn("a batch of " + std::to_string(wanted) + " would make " + steps_words((samples + wanted - 1) / wanted) +
                 " of an epoch of " + std::to_string(samples) + " samples, which teach it little; the batch is lowered to " +
                 std::to_string(settings.batch) + ", for " + steps_words((samples + settings.batch - 1) / settings.batch) +
                 " ('least_steps' " + std::to_string(settings.least_steps) + "; 1 leaves the batch as it is)");
  }

  /// What was trained is not lost with a disk that is full at the end.
  static void write_model(const std::string& path, const std::string& bytes, const Trainer& trainer, const Settings& settings) {
    try {
      write_atomically(path, bytes);
    } catch (const Error& fault) {
      if (!trainer.is_saved()) throw;
      throw Error(std::string(fault.what()) + "; what was trained is in the checkpoint '" + settings.checkpoint +
                  "': the same command writes the model from it");
    }
  }

  void tell_before(Context& context, const network::Network& network, const network::Shapes& shapes, const Settings& settings,
                   const Split& split) const {
    context.report("training_samples", static_cast<double>(split.training.size()));
    context.report("batch", static_cast<double>(settings.batch));
    context.report("validation_samples", static_cast<double>(split.validation.size()));
    context.report("validation_cases", static_cast<double>(split.validation_cases.size()));
    context.report("sample_mib", static_cast<double>(data_.bytes()) / 1048576);
    const std::int64_t needed = training_bytes(network, shapes, std::min(settings.micro_batch, settings.batch), threads_);
    const std::int64_t predicted = std::max(peak_bytes(), resident_bytes() + needed);
    context.report("predicted_peak_mib", static_cast<double>(predicted) / 1048576);
    if (!split.validation.empty() && !split.by_case)
      context.warn("the voxels that the training is judged by are of the same " + std::to_string(data_.cases().size()) +
                   " cases that it is trained on, so the validation flatters; from four cases on whole cases are put aside");
    if (!context.params().text("start").empty() && split.validation.empty())
      context.warn("nothing is kept for judging ('validation' is 0), so the training is not compared with the model to start "
                   "with, and what is written may be worse than that");
  }

  /// Whether the training made anything better than what it began with.
  static void compare_with_start(Context& context, const Progress& progress) {
    const EpochFigures& start = progress.curve.front();
    context.report("start_loss", start.validation_loss);
    context.report("start_validation_dice", start.validation_dice);
    if (progress.best_epoch > 0) return;
    context.warn("none of " + std::to_string(progress.epoch) +
                 " epochs was better on the samples that are kept for judging than the model to start with, so the model that is "
                 "written has the weights of that one; try a lower 'learning_rate' or more cases");
  }

  void tell_after(Context& context, const Trainer& trainer, const Settings& settings) const {
    const Progress& progress = trainer.progress();
    context.report("epochs", static_cast<double>(progress.epoch));
    context.report("best_epoch", static_cast<double>(progress.best_epoch));
    context.report("best_loss", progress.best_loss);
    if (const EpochFigures* best = best_figures(progress)) context.report("best_validation_dice", best->validation_dice);
    if (settings.judge_start) compare_with_start(context, progress);
    context.report("samples_per_second", trainer.samples_per_second());
  }

  static Start start_of(const Params& params) {
    const std::string& path = params.text("start");
    return path.empty() ? Start{} : Start{path, tensor::sha256_of(path)};
  }

  std::string description(Context& context, const network::Network& network, const Settings& settings, const Split& split,
                          const Trainer& trainer) const {
    network::ModelDescription description;
    description.structure = network;
    description.channels = context.params().texts("channels");
    description.classes = context.params().texts("classes");
    description.size = data_.size();
    return network::to_text(description,
                            training_text(settings, data_, split, trainer.progress(), start_of(context.params())));
  }

  c10::Device device_;
  int threads_;  ///< that may take micro-batches at the same time
  DataSet data_;
};

class Fit : public Node {
 public:
  void open(OpenContext& context) override {
    device_ = tensor::choose_device(context.device());
    if (const std::string sentence = tensor::fallback_sentence(context.device()); !sentence.empty()) context.warn(sentence);
    if (device_.is_cuda()) claim_ = tensor::claim_cuda({});  // LibTorch's own default lets convolutions round to tf32
    threads_ = context.threads();
  }
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<FitFiring>(device_, threads_); }

 private:
  c10::Device device_{c10::kCPU};
  std::shared_ptr<const tensor::CudaClaim> claim_;
  int threads_ = 1;  ///< of the whole process
};

}  // namespace

NodeType fit_type() {
  NodeType type;
  type.name = "train.fit";
  type.summary = "A network trained on the samples of the run's cases";
  type.details =
      "Collects the samples of all cases and trains the network that 'network' describes (docs/training.md): cross-entropy of "
      "its "
      "scores, Adam (Kingma and Ba, ICLR 2015), by default with the settings of Cabezas et al. (MSSEG challenge 2016). A batch "
      "is cut "
      "into micro-batches whose gradients are added up in their order; each runs on one thread, several at a time, so the result "
      "is "
      "the same bit by bit for any number of threads on one machine (not on a GPU). Layers with batch_norm see one micro-batch "
      "at a "
      "time.\n\n"
      "A quarter of the cases is put aside and judged after each epoch; with fewer than four cases a quarter of the voxels, and "
      "a "
      "warning says so. The weights with the best validation loss (without validation: training loss) are kept; the training "
      "ends "
      "when no epoch was better for 'patience' epochs. The learning curve is written after each epoch. With 'checkpoint' the "
      "training "
      "can be interrupted and continues from there with the same result; a checkpoint of other settings or samples, or of another "
      "build of the plugin, is kept beside it as .old, with a warning, and the training starts from the beginning.\n\n"
      "The model is TorchScript and describes itself, ready for cnn.stage: its flowrun.json says the layers, cases, settings, "
      "augmentation, gate, version and date. With 'start' it begins with a model's weights (whose SHA-256 the new model says), and "
      "'freeze' keeps some of them. The model to start with is judged first, as epoch 0; where no epoch is better, its weights are "
      "written, with a warning. A batch that would make fewer steps of an epoch than 'least_steps' is lowered, with a warning. "
      "'log' gets a line after each epoch: losses, Dice, the best so far, the time left. Errors: "
      "no samples; a network that does not fit them (names the layer); a model to start "
      "with "
      "of another shape; a loss that is not a number any more. Reports the samples, the memory predicted, the best epoch with "
      "its "
      "loss and Dice, and samples_per_second.";
  type.inputs = {kSamples};
  type.params = fit_params();
  type.cuda = true;
  type.create = create_node<Fit>;
  return type;
}

}  // namespace flowrun::train
