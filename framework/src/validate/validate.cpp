#include "validate/draft.h"
#include "validate/values.h"

namespace flowrun {
namespace checks {

std::string type_words(const NodeSpec& node) {
  constexpr std::size_t kPrefix = 6;  // of "graph:"
  return node.type.rfind("graph:", 0) == 0 ? "the graph '" + node.type.substr(kPrefix) + "'" : node.type;
}

std::string known_names(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = did_you_mean(word, known);
  if (!near.empty() || known.empty()) return near;
  return "; expected " + one_of(known);
}

}  // namespace checks

std::shared_ptr<const ValidatedGraph> validate(const GraphSpec& spec, const Registry& registry, const Settings& settings,
                                               Diagnostics& faults) {
  using namespace checks;
  Draft draft{spec, registry, faults};
  read_settings(draft, settings);
  if (!flatten_subgraphs(draft)) return faults.sort(), nullptr;
  check_requirements(draft);
  find_types(draft);
  add_conditions(draft);
  settle_payloads(draft);
  fill_parameters(draft);
  give_contrasts(draft);
  check_settings_used(draft);
  connect_ports(draft);
  order_nodes(draft);
  assign_scopes(draft);
  name_bids_outputs(draft);
  check_run_options(draft);
  check_columns(draft);
  if (settings.files_must_exist) check_files(draft);
  check_unused(draft);
  faults.sort();
  return faults.has_errors() ? nullptr : build_graph(draft);
}

}  // namespace flowrun
