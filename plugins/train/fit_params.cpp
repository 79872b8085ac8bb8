#include "fit_params.h"

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

void add_model_params(std::vector<ParamSpec>& params) {
  params.push_back(
      file("network", "JSON file that describes the layers; may be left out when 'start' is given", PathRole::input));
  params.push_back({.name = "model",
                    .type = ParamType::path,
                    .help = "TorchScript model to write, for cnn.stage",
                    .role = PathRole::output,
                    .per_case = true});
  params.push_back(words("channels", {"FLAIR", "PD", "T2", "T1"}, "Names of the images in the order of the samples' channels"));
  params.push_back(words("classes", {"not lesion", "lesion"}, "Names of the network's scores; the second is that of lesion"));
  params.push_back(
      file("start", "Model whose weights the training begins with; empty: weights drawn at random", PathRole::input));
  params.push_back(
      words("freeze", {}, "Parameters that keep their values, by name or by how their name begins, such as features.0"));
  params.push_back(choice("initialisation", "glorot_uniform", "How weights are drawn; biases begin at 0",
                          {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "normal"}));
  params.push_back(number("initial_sd", 0.01, "Standard deviation of the weights with initialisation normal", 0, 10));
}

void add_optimiser_params(std::vector<ParamSpec>& params) {
  params.push_back(number("learning_rate", 1e-4, "Adam's step", 0, 1));
  params.push_back(choice("schedule", "constant",
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
  params.push_back(number("epsilon", 1e-8, "Added to the root of the mean squared gradient", 0, 1));
  params.push_back(number("weight_decay", 0, "Share of each weight that is added to its gradient", 0, 1));
  params.push_back(whole("batch", 4096,
                         "Samples of one step; lowered, with a warning, where an epoch would have fewer than 'least_steps'", 1,
                         "samples"));
  params.push_back(whole("least_steps", 8, "Fewest steps of an epoch, see 'batch'; 1 leaves the batch as it is", 1, "steps"));
  params.push_back(
      whole("micro_batch", 32, "Samples that go through the network at a time; a batch is cut into such parts", 1, "samples"));
  params.push_back(whole("epochs", 50, "Most passes over the samples; the paper has 50 in step 1 and 2000 in step 2", 1));
  params.push_back(whole("patience", 50, "The training ends when no epoch was better for so many", 1, "epochs"));
  params.push_back(whole("seed", 1, "Another seed draws other weights, orders, dropouts and splits", 0));
}

void add_data_params(std::vector<ParamSpec>& params) {
  params.push_back(
      number("validation", 0.25, "Share of the cases, or of the voxels, that is kept for judging and not trained on", 0, 0.9));
  params.push_back(choice("split", "auto", "Whether cases or voxels are put aside; auto: cases where there are at least four",
                          {"auto", "case", "voxel"}));
  params.push_back(whole("least_cases", 1, "Fewer cases with samples than this are an error: some may have failed", 1, "cases"));
  params.push_back(words("flips", {}, "Axes along which patches are mirrored at random, of x, y, z"));
  params.push_back(words("rotations", {}, "Planes in which patches are turned by 90 degrees at random, of xy, xz, yz"));
  params.push_back(number("intensity_shift", 0, "Most that is added to a channel at random, up or down", 0, 10));
  params.push_back(number("intensity_scale", 0, "Most that a channel is scaled by at random, as a share of 1", 0, 1));
  params.push_back({.name = "thick_slices",
                    .type = ParamType::integer,
                    .default_value = std::int64_t{1},
                    .help = "Each channel is averaged at random over 1 to so many slices along z, as a scan of thick slices that was "
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
  params.push_back(file("checkpoint", "File to go on from after an interruption; empty: none", PathRole::output));
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

}  // namespace

std::vector<ParamSpec> fit_params() {
  std::vector<ParamSpec> params;
  add_model_params(params);
  add_optimiser_params(params);
  add_data_params(params);
  add_file_params(params);
  return params;
}

Settings settings_of(const Params& params, const std::array<std::int64_t, 3>& size) {
  Settings settings;
  settings.initialisation = params.text("initialisation");
  settings.initial_sd = params.number("initial_sd");
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
  settings.augmentation = make_augmentation(params.texts("flips"), params.texts("rotations"), params.number("intensity_shift"),
                                            params.number("intensity_scale"), params.integer("thick_slices"), size);
  settings.schedule = params.text("schedule");
  settings.schedule_epochs = params.integer("schedule_epochs");
  settings.schedule_factor = params.number("schedule_factor");
  settings.class_weights = params.numbers("class_weights");
  settings.judge_start = !params.text("start").empty() && settings.validation > 0;
  settings.least_steps = params.integer("least_steps");
  settings.gate = params.text("gate");
  settings.log = params.text("log");
  settings.epochs = params.integer("epochs");
  settings.patience = params.integer("patience");
  settings.checkpoint = params.text("checkpoint");
  settings.checkpoint_minutes = params.number("checkpoint_minutes");
  settings.resume = params.flag("resume");
  settings.curve_csv = params.text("curve");
  settings.curve_png = params.text("picture");
  return settings;
}

}  // namespace flowrun::train
