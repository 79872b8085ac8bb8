#include "training_text.h"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace flowrun::train {
namespace {

using nlohmann::ordered_json;

ordered_json number_or_null(double value) { return std::isnan(value) ? ordered_json() : ordered_json(value); }

ordered_json figures_of(const Progress& progress) {
  ordered_json figures{{"epochs", progress.epoch}, {"best_epoch", progress.best_epoch}};
  if (progress.best_epoch < 1) return figures;
  const EpochFigures& best = progress.curve.at(static_cast<std::size_t>(progress.best_epoch - 1));
  figures["training_loss"] = best.training_loss;
  figures["validation_loss"] = number_or_null(best.validation_loss);
  figures["validation_dice"] = number_or_null(best.validation_dice);
  return figures;
}

}  // namespace

std::string training_text(const Settings& settings, const DataSet& data, const Split& split, const Progress& progress,
                          const std::string& start) {
  ordered_json cases = ordered_json::array();
  for (const auto& one : data.cases()) cases.push_back(one->case_name);
  ordered_json training{{"cases", cases},
                        {"training_samples", split.training.size()},
                        {"validation_samples", split.validation.size()},
                        {"validation_cases", split.validation_cases},
                        {"lesion_samples", data.positives()},
                        {"seed", settings.seed},
                        {"learning_rate", settings.learning_rate},
                        {"batch", settings.batch},
                        {"patience", settings.patience}};
  training.update(figures_of(progress));
  if (start.empty()) training["initialisation"] = settings.initialisation;
  else training["start"] = std::filesystem::path(start).filename().string();
  if (!settings.freeze.empty()) training["frozen"] = settings.freeze;
  return ordered_json{{"training", training}}.dump();
}

}  // namespace flowrun::train
