#include "fit_params.h"

#include <algorithm>
#include <string>

namespace flowrun::train {
namespace {

using Words = std::vector<std::string>;

ParamSpec number(const std::string& name, double value, const std::string& help, double least, double most) {
  return {.name = name, .default_value = value, .help = help, .min = least, .max = most};
}

ParamSpec whole(const std::string& name, std::int64_t value, const std::string& help, double least,
                const std::string& unit = "") {
  return {.name = name, .type = ParamType::integer, .default_value = value, .help = help, .min = least, .unit = unit};
}

ParamSpec words(const std::string& name, Words value, const std::string& help) {
  return {.name = name, .type = ParamType::strings, .default_value = std::move(value), .help = help};
}

ParamSpec file(const std::string& name, const std::string& help, PathRole role) {
  return {.name = name, .type = ParamType::path, .default_value = std::string(), .help = help, .role = role, .per_case = true};
}

ParamSpec choice(const std::string& name, const std::string& value, const std::string& help, Words choices) {
  return {.name = name, .type = ParamType::choice, .default_value = value, .help = help, .choices = std::move(choices)};
}

/// What is trained on: single patches, or crops of whole images.
enum class Kind { patches, crops };

void add_model_params(std::vector<ParamSpec>& params, Kind kind) {
  params.push_back(
      file("network", "JSON file that describes the layers; may be left out when 'start' is given", PathRole::input));
  params.push_back(
      {.name = "model",
       .type = ParamType::path,
       .help = std::string("TorchScript model to write, for ") + (kind == Kind::patches ? "cnn.stage" : "cnn.volume"),
       .role = PathRole::output,
       .per_case = true});
  params.push_back(words("channels", {"FLAIR", "PD", "T2", "T1"}, "Names of the images in the order of the samples' channels"));
  params.push_back(words("classes", {"not lesion", "lesion"}, "Names of the network's scores; the second is that of lesion"));
  if (kind == Kind::patches)
    params.push_back({.name = "background",
                      .type = ParamType::boolean,
                      .default_value = true,
                      .help = "Of more than two classes the first is the background, which the mean Dice of the log leaves out"});
  params.push_back(
      file("start", "Model whose weights the training begins with; empty: weights drawn at random", PathRole::input));
  params.push_back(
      words("freeze", {}, "Parameters that keep their values, by name or by how their name begins, such as features.0"));
  params.push_back(choice("initialisation", kind == Kind::patches ? "glorot_uniform" : "he_normal",
                          "How weights are drawn; biases begin at 0",
                          {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "normal"}));
  params.push_back(number("initial_sd", 0.01, "Standard deviation of the weights with initialisation normal", 0, 10));
  params.push_back({.name = "initial_probabilities",
                    .type = ParamType::numbers,
                    .default_value = std::vector<double>{},
                    .help = "Probability that the network gives each of 'classes' before it is trained, whatever it sees; empty: "
                            "as its weights are drawn; 'start' has its own"});
}

void add_optimiser_params(std::vector<ParamSpec>& params, Kind kind) {
  params.push_back(
      choice("optimiser", "adam", "Adam (Kingma and Ba, ICLR 2015) or AdaDelta (Zeiler, arXiv 1212.5701)", {"adam", "adadelta"}));
  params.push_back(number("learning_rate", kind == Kind::patches ? 1e-4 : 1e-3,
                          "The optimiser's step; AdaDelta's authors leave it at 1", 0, 10));
  params.push_back(
      choice("schedule", "constant",
             "The learning rate over the training: constant; cosine: down to 0 at the end of 'epochs'; step: lowered "
             "every 'schedule_epochs'",
             {"constant", "cosine", "step"}));
  params.push_back(whole("schedule_epochs", 10, "Schedule step: the rate is lowered after so many epochs", 1, "epochs"));
  params.push_back(number("schedule_factor", 0.1, "Schedule step: what the rate is multiplied by", 0, 1));
  params.push_back({.name = "class_weights",
                    .type = ParamType::numbers,
                    .default_value = std::vector<double>{},
                    .help = "Weight of each class in the loss, in the order of 'classes'; empty: all alike"});
  params.push_back(number("beta1", 0.9, "Adam's decay of the mean gradient", 0, 0.999999));
  params.push_back(number("beta2", 0.999, "Adam's decay of the mean squared gradient", 0, 0.999999));
  params.push_back(number("rho", 0.9, "AdaDelta's decay of the mean squares", 0, 0.999999));
  params.push_back(
      number("epsilon", 1e-8, "Adam: added to the root of the mean squared gradient; AdaDelta: to the mean squares", 0, 1));
  params.push_back(number("weight_decay", 0, "Share of each weight that is added to its gradient", 0, 1));
  const bool crops = kind == Kind::crops;
  params.push_back(whole("batch", crops ? 4 : 4096,
                         "Samples of one step; lowered, with a warning, where an epoch would have fewer than 'least_steps'", 1,
                         "samples"));
  params.push_back(
      whole("least_steps", crops ? 1 : 8, "Fewest steps of an epoch, see 'batch'; 1 leaves the batch as it is", 1, "steps"));
  params.push_back(whole("micro_batch", crops ? 2 : 32,
                         "Samples that go through the network at a time; a batch is cut into such parts", 1, "samples"));
  params.push_back(whole(
      "epochs", crops ? 100 : 50,
      crops ? "Most passes over the crops" : "Most passes over the samples; the paper has 50 in step 1 and 2000 in step 2", 1));
  params.push_back(
      whole("patience", crops ? 1000 : 50, "The training ends when no epoch was better for so many, see 'keep_by'", 1, "epochs"));
  params.push_back(choice("keep_by", crops ? "dice" : "loss",
                          "What makes an epoch the best, whose weights are written: the highest Dice of the validation, or its "
                          "lowest loss",
                          {"loss", "dice"}));
  params.push_back(whole("seed", 1, "Another seed draws other weights, orders, dropouts and splits", 0));
}

void add_split_params(std::vector<ParamSpec>& params, Kind kind) {
  if (kind == Kind::crops) {
    params.push_back(number("validation", 0.25, "Share of the cases that is kept for validation and not trained on", 0, 0.9));
    params.push_back(choice("split", "auto",
                            "Whether cases are put aside; auto: where there are at least four; case: always; none: never",
                            {"auto", "case", "none"}));
    return;
  }
  params.push_back(
      number("validation", 0.25, "Share of the cases, or of the voxels, that is kept for validation and not trained on", 0, 0.9));
  params.push_back(choice("split", "auto", "Whether cases or voxels are put aside; auto: cases where there are at least four",
                          {"auto", "case", "voxel"}));
}

void add_crop_params(std::vector<ParamSpec>& params) {
  params.push_back({.name = "crop",
                    .type = ParamType::integers,
                    .default_value = std::vector<std::int64_t>{48, 48, 48},
                    .help = "Size of a crop along x, y and z; every pool of the network must divide it without a remainder",
                    .min = 1,
                    .max = 1024,
                    .unit = "voxels",
                    .length = 3});
  params.push_back(whole("crops", 16, "Crops of each case in an epoch", 1));
  params.push_back(number("labelled_share", 0.5,
                          "Share of the crops that lie around a voxel with a label, each class alike; the others lie anywhere", 0,
                          1));
  params.push_back(number("lesion_balance", 0,
                          "A labelled voxel in a component of n voxels is drawn with the weight n^-lesion_balance; 0: all voxels "
                          "are alike, 1: all components are",
                          0, 1));
  params.push_back(number("zoom", 1, "Crops are shown larger or smaller at random, at most by this factor; 1: never", 1, 4));
  params.push_back(number("noise", 0, "Largest standard deviation of noise that is added at random", 0, 10));
  params.push_back(
      choice("loss", "cross_entropy_dice",
             "What the training lowers: cross_entropy, soft dice, their sum, or sensitivity_specificity (Brosch et al. "
             "2015)",
             {"cross_entropy", "dice", "cross_entropy_dice", "sensitivity_specificity"}));
  params.push_back({.name = "batch_dice",
                    .type = ParamType::boolean,
                    .default_value = false,
                    .help = "The soft Dice is that of all crops of a micro-batch together, not the mean of each crop's"});
  params.push_back(number("loss_ratio", 0.05, "Loss sensitivity_specificity: weight of the sensitivity's part", 0, 1));
}

void add_data_params(std::vector<ParamSpec>& params, Kind kind) {
  add_split_params(params, kind);
  if (kind == Kind::crops) add_crop_params(params);
  params.push_back(whole("least_cases", 1, "Fewer cases with samples than this are an error: some may have failed", 1, "cases"));
  params.push_back(words("flips", {}, "Axes along which patches are mirrored at random, of x, y, z"));
  params.push_back(words("rotations", {}, "Planes in which patches are turned by 90 degrees at random, of xy, xz, yz"));
  params.push_back(number("intensity_shift", 0, "Most that is added to a channel at random, up or down", 0, 10));
  params.push_back(number("intensity_scale", 0, "Most that a channel is scaled by at random, as a share of 1", 0, 1));
  params.push_back({.name = "thick_slices",
                    .type = ParamType::integer,
                    .default_value = std::int64_t{1},
                    .help =
                        "Each channel is averaged at random over 1 to so many slices along z, as a scan of thick slices that was "
                        "brought to a fine grid; 1: none",
                    .min = 1,
                    .max = 32,
                    .unit = "voxels"});
  params.push_back({.name = "gate",
                    .type = ParamType::string,
                    .default_value = std::string(),
                    .help = "Words for the model file that say among which voxels the samples were drawn, such as 'FLAIR above "
                            "1 sd'"});
}

void add_file_params(std::vector<ParamSpec>& params) {
  params.push_back(file("checkpoint", "File to continue from after an interruption; empty: none", PathRole::output));
  params.push_back({.name = "checkpoint_minutes",
                    .default_value = 10.0,
                    .help = "How often the checkpoint is written",
                    .min = 0,
                    .unit = "min"});
  params.push_back(
      {.name = "resume",
       .type = ParamType::boolean,
       .default_value = true,
       .help = "Continue from the checkpoint where there is one that fits; one that does not is kept beside it as .old"});
  params.push_back(file("curve", "Learning curve to write, .csv; empty: none", PathRole::output));
  params.push_back(
      file("log", "Text file that gets a line after each epoch (tail -f shows them); empty: none", PathRole::output));
  params.push_back(file("picture", "Picture of the learning curve to write, .png; empty: none", PathRole::output));
}

std::vector<ParamSpec> params_of(Kind kind) {
  std::vector<ParamSpec> params;
  add_model_params(params, kind);
  add_optimiser_params(params, kind);
  add_data_params(params, kind);
  add_file_params(params);
  return params;
}

}  // namespace

network::Size3 size_in(const Params& params, const char* name) {
  network::Size3 size{};
  std::copy_n(params.integers(name).begin(), 3, size.begin());
  return size;
}

std::vector<ParamSpec> fit_params() { return params_of(Kind::patches); }
std::vector<ParamSpec> fit_volumes_params() { return params_of(Kind::crops); }

Settings settings_of(const Params& params, const std::vector<network::Size3>& sizes) {
  Settings settings;
  settings.initialisation = params.text("initialisation");
  settings.initial_sd = params.number("initial_sd");
  settings.initial_probabilities = params.numbers("initial_probabilities");
  settings.optimiser = params.text("optimiser");
  settings.rho = params.number("rho");
  settings.learning_rate = params.number("learning_rate");
  settings.beta1 = params.number("beta1");
  settings.beta2 = params.number("beta2");
  settings.epsilon = params.number("epsilon");
  settings.weight_decay = params.number("weight_decay");
  settings.batch = params.integer("batch");
  settings.micro_batch = params.integer("micro_batch");
  settings.validation = params.number("validation");
  settings.split = params.text("split");
  settings.seed = static_cast<std::uint64_t>(params.integer("seed"));
  settings.freeze = params.texts("freeze");
  for (const network::Size3& size : sizes)
    settings.augmentation = make_augmentation(params.texts("flips"), params.texts("rotations"), params.number("intensity_shift"),
                                              params.number("intensity_scale"), params.integer("thick_slices"), size);
  settings.schedule = params.text("schedule");
  settings.schedule_epochs = params.integer("schedule_epochs");
  settings.schedule_factor = params.number("schedule_factor");
  settings.class_weights = params.numbers("class_weights");
  settings.judge_start = !params.text("start").empty() && settings.validation > 0;
  settings.least_steps = params.integer("least_steps");
  settings.gate = params.text("gate");
  settings.classes = params.texts("classes");
  if (params.find("background")) settings.background = params.flag("background");
  settings.log = params.text("log");
  settings.epochs = params.integer("epochs");
  settings.patience = params.integer("patience");
  settings.keep_by = params.text("keep_by");
  settings.checkpoint = params.text("checkpoint");
  settings.checkpoint_minutes = params.number("checkpoint_minutes");
  settings.resume = params.flag("resume");
  settings.curve_csv = params.text("curve");
  settings.curve_png = params.text("picture");
  return settings;
}

CropSettings crop_settings_of(const Params& params, const Settings& settings) {
  CropSettings crops;
  crops.size = size_in(params, "crop");
  crops.per_case = params.integer("crops");
  crops.labelled_share = params.number("labelled_share");
  crops.balance = params.number("lesion_balance");
  crops.zoom = params.number("zoom");
  crops.noise = static_cast<float>(params.number("noise"));
  crops.seed = settings.seed;
  crops.augmentation = settings.augmentation;
  return crops;
}

Settings volume_settings_of(const Params& params) {
  Settings settings = settings_of(params, {size_in(params, "crop")});
  settings.loss = params.text("loss");
  settings.loss_ratio = params.number("loss_ratio");
  settings.batch_dice = params.flag("batch_dice");
  settings.keep_last = true;
  return settings;
}

}  // namespace flowrun::train
