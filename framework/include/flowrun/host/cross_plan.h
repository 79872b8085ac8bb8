// A plan of graph runs over folds of a table of cases: train on some, test on the others, for each fold.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/diagnostic.h"

namespace flowrun {

/// One graph run of a fold. Texts may hold ${fold} (the fold's folder), ${cases} (how many cases the step has) and, in `inputs`,
/// ${case} and the columns of the table.
struct CrossStep {
  std::string name;
  std::filesystem::path graph;  ///< from the plan's folder
  bool trains = false;          ///< runs over the cases that are trained on, not those that are tested
  std::string out;              ///< folder within the fold's; default: the name
  std::vector<std::pair<std::string, std::string>> settings;  ///< as --set takes them
  std::vector<std::pair<std::string, std::string>> inputs;    ///< of each case; others are the columns of the same name
  SourceLocation place;
};

struct CrossPlan {
  std::filesystem::path file;
  std::string name;
  std::string summary;
  int folds = 0;  ///< 0: as many as there are cases, each tested alone
  std::vector<CrossStep> steps;
  std::string measures;           ///< the table of measures that a fold ends with, within ${fold}
  std::vector<std::string> show;  ///< columns of it to print; empty: all
};

/// Reads a plan. Everything wrong with its form goes to `faults`, with its place; nothing when the file gives no plan.
std::optional<CrossPlan> load_cross_plan(const std::filesystem::path& file, Diagnostics& faults);

}  // namespace flowrun
