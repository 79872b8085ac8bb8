#pragma once

#include <string>

#include "flowrun/host/graph_spec.h"

namespace flowrun::testing {

/// All faults as a person reads them, one line each.
inline std::string lines(const Diagnostics& faults) {
  std::string text;
  for (const Diagnostic& fault : faults.all()) text += (text.empty() ? "" : "\n") + to_string(fault);
  return text;
}

/// What is wrong with the form of a graph text.
inline std::string form_faults(const std::string& text, const std::string& file = "g.json") {
  Diagnostics faults;
  parse_graph(text, file, faults);
  faults.sort();
  return lines(faults);
}

}  // namespace flowrun::testing
