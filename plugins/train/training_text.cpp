#include "training_text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "own_build.h"
#include "version.h"

namespace flowrun::train {
namespace {

using nlohmann::ordered_json;

/// A float as it was written: 0.2, not 0.200000003.
double rounded(float value) { return std::round(static_cast<double>(value) * 1e6) / 1e6; }

ordered_json number_or_null(double value) { return std::isnan(value) ? ordered_json() : ordered_json(value); }

ordered_json figures_of(const Progress& progress) {
  ordered_json figures{{"epochs", progress.epoch}, {"best_epoch", progress.best_epoch}};
  const EpochFigures* best = best_figures(progress);
  if (!best) return figures;
  figures["training_loss"] = number_or_null(best->training_loss);
  figures["validation_loss"] = number_or_null(best->validation_loss);
  figures["validation_dice"] = number_or_null(best->validation_dice);
  return figures;
}

ordered_json augmentation_of(const Augmentation& how) {
  ordered_json flips = ordered_json::array(), rotations = ordered_json::array();
  for (std::size_t i = 0; i < 3; ++i) {
    if (how.flip[i]) flips.push_back(std::array{"x", "y", "z"}[i]);
    if (how.rotate[i]) rotations.push_back(std::array{"xy", "xz", "yz"}[i]);
  }
  return {{"flips", flips},
          {"rotations", rotations},
          {"intensity_shift", rounded(how.shift)},
          {"intensity_scale", rounded(how.scale)},
          {"thick_slices", how.thick}};
}

ordered_json schedule_of(const Settings& settings) {
  ordered_json schedule{{"kind", settings.schedule}};
  if (settings.schedule == "cosine") schedule["epochs"] = settings.epochs;
  if (settings.schedule == "step")
    schedule["epochs"] = settings.schedule_epochs, schedule["factor"] = settings.schedule_factor;
  return schedule;
}

/// "2026-11-28".
std::string date_text() {
  const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t now = fixed ? static_cast<std::time_t>(std::strtoll(fixed, nullptr, 10)) : std::time(nullptr);
  std::tm day{};
  char text[32] = "";
  if (::gmtime_r(&now, &day)) std::strftime(text, sizeof text, "%Y-%m-%d", &day);
  return text;
}

/// What a training was made with: the version alone says little, for it changes seldom.
std::string build_text() {
  char text[32];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(own_build()));
  return text;
}

}  // namespace

std::string training_text(const Settings& settings, const Examples& examples, const Split& split, const Progress& progress,
                          const Start& start) {
  ordered_json cases = ordered_json::array();
  for (const std::string& name : examples.case_names()) cases.push_back(name);
  ordered_json training{{"cases", cases},
                        {"training_samples", split.training.size()},
                        {"validation_samples", split.validation.size()},
                        {"validation_cases", split.validation_cases},
                        {examples.has_label_image() ? "labelled_voxels" : "lesion_samples", examples.labelled()},
                        {"seed", settings.seed},
                        {"loss", settings.loss},
                        {"optimiser", settings.optimiser},
                        {"learning_rate", settings.learning_rate},
                        {"batch", settings.batch},
                        {"patience", settings.patience}};
  training.update(figures_of(progress));
  training["schedule"] = schedule_of(settings);
  training["augmentation"] = augmentation_of(settings.augmentation);
  if (settings.batch_dice) training["batch_dice"] = true;
  if (!settings.class_weights.empty()) training["class_weights"] = settings.class_weights;
  if (!settings.gate.empty()) training["gate"] = settings.gate;
  if (start.path.empty()) {
    training["initialisation"] = settings.initialisation;
    if (!settings.initial_probabilities.empty()) training["initial_probabilities"] = settings.initial_probabilities;
  } else {
    training["start"] = std::filesystem::path(start.path).filename().string();
    training["start_sha256"] = start.sha256;
  }
  if (!settings.freeze.empty()) training["frozen"] = settings.freeze;
  training["date"] = date_text();
  training["made_with"] = {{"plugin", "train"}, {"version", FLOWRUN_TRAIN_VERSION}, {"build", build_text()}};
  return ordered_json{{"training", training}}.dump();
}

}  // namespace flowrun::train
