// Graph files of an older format, brought to the newest one step after the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/diagnostic.h"
#include "json/written.h"

namespace flowrun::spec {

/// Turns a graph of format `from` into one of the next format, except for the number itself.
struct Migration {
  int from = 0;
  std::string what;  ///< one sentence: what it changes
  void (*apply)(json::Written& root) = nullptr;
};

/// The steps that this flowrun knows, one for each format before the newest. There is none: format 1 is the first.
const std::vector<Migration>& migrations();

/// Applies the steps from the graph's format up to `newest` and returns what they changed. Nothing, and a fault, when the text is
/// no graph, or its format is newer or has no step.
std::optional<std::vector<std::string>> migrate(json::Written& root, const std::string& file, int newest,
                                                const std::vector<Migration>& steps, Diagnostics& faults);

}  // namespace flowrun::spec
