// A graph file: parsed, validated against node types of every kind, its cases checked, its parameters resolved.
#include <optional>

#include "flowrun/host/validated_graph.h"
#include "json/json.h"
#include "support/node_types.h"
#include "support/target.h"

using namespace flowrun;

namespace {

const Registry& registry() {
  static const Registry kRegistry = fuzz::registry_of_all_kinds();
  return kRegistry;
}

/// What was read can be written, and reads as the same.
void require_round_trip(const std::string& text) {
  Diagnostics faults;
  const std::optional<json::Value> value = json::parse(text, "graph.json", faults);
  fuzz::require_sound_faults(faults, text);
  fuzz::require(value || faults.has_errors(), "a text that is not read has a fault");
  if (!value || faults.has_errors()) return;
  const std::string written = json::write(*value);
  const std::optional<json::Value> again = json::parse(written, "graph.json", faults);
  fuzz::require(again && !faults.has_errors(), "what flowrun writes, it reads");
  fuzz::require(json::write(*again) == written, "a text that was read and written stays the same from then on");
}

Case case_for(const ValidatedGraph& graph) {
  Case one{"a", {}};
  for (const ValueSpec& input : graph.case_inputs)
    if (!input.spec.default_value) one.inputs[input.spec.name] = std::string("1");
  return one;
}

void look_at_graph(const ValidatedGraph& graph) {
  std::vector<Case> cases{case_for(graph), case_for(graph)};
  cases.back().name = "../b";
  Diagnostics faults;
  check_cases(graph, cases, "out", faults);
  fuzz::require_sound_faults(faults, "");
  for (const ValidatedNode& node : graph.nodes) {
    for (const InputSlot& slot : node.slots)
      fuzz::require(&graph.nodes[slot.source.node] < &node, "sources come before their consumers");
    fuzz::accepts([&] { resolve_params(node, nullptr, "out"); });
    if (!faults.has_errors()) fuzz::accepts([&] { resolve_params(node, &cases.front(), "out"); });
  }
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  const std::string text(bytes);
  require_round_trip(text);
  accepts([&] {
    Diagnostics faults;
    const auto spec = parse_graph(text, FLOWRUN_FUZZ_FOLDER "/subgraphs/main.json", faults);
    require(spec || faults.has_errors(), "a graph that is not read has a fault");
    if (!spec) return;
    Settings settings;
    settings.values = {{"p", "1"}, {"a.number", "2.5"}};
    settings.files_must_exist = false;
    const auto graph = validate(*spec, registry(), settings, faults);
    require(graph != nullptr || faults.has_errors(), "a graph that does not validate has a fault");
    for (const Diagnostic& fault : faults.all()) require_sentence(fault.message);
    if (graph) look_at_graph(*graph);
  });
}
