#include "cohort/graph_inputs.h"

namespace flowrun {

const ValueSpec* find_input(const GraphSpec& spec, const std::string& name) {
  for (const ValueSpec& input : spec.value_inputs)
    if (input.spec.name == name) return &input;
  return nullptr;
}

std::vector<std::string> input_names(const GraphSpec& spec) {
  std::vector<std::string> names;
  for (const ValueSpec& input : spec.value_inputs) names.push_back(input.spec.name);
  return names;
}

}  // namespace flowrun
