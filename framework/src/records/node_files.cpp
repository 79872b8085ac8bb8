#include <algorithm>

#include "flowrun/host/split_graph.h"
#include "records/recorder_state.h"

namespace flowrun {

namespace fs = std::filesystem;

bool records::is_of_case(const ValidatedNode& node, const ParamSpec& spec) { return spec.per_case && node.scope != Scope::run; }

std::vector<NodeFile> files_of_case(const ValidatedGraph& graph, const Case& one, const fs::path& out,
                                    LeftOut left_out_nodes_are) {
  std::vector<NodeFile> files;
  const std::vector<bool> left_out = left_out_nodes(graph, one);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValidatedNode& node = graph.nodes[i];
    const bool is_known = std::all_of(node.optional_inputs.begin(), node.optional_inputs.end(),
                                      [&](const std::string& name) { return one.inputs.contains(name); });
    if (left_out[i] && (left_out_nodes_are == LeftOut::ignored || !is_known)) continue;
    const Params params = resolve_params(node, &one, out);
    for (const ParamSpec& spec : node.type.params)
      if (spec.type == ParamType::path && records::is_of_case(node, spec) && !params.text(spec.name).empty())
        files.push_back({node.id, spec.name, spec.role, params.text(spec.name)});
  }
  return files;
}

std::vector<NodeFile> files_of_run(const ValidatedGraph& graph, const fs::path& out) {
  std::vector<NodeFile> files;
  for (const ValidatedNode& node : graph.nodes) {
    const Params params = resolve_params(node, nullptr, out);
    for (const ParamSpec& spec : node.type.params)
      if (spec.type == ParamType::path && !records::is_of_case(node, spec) && params.find(spec.name) &&
          !params.text(spec.name).empty())
        files.push_back({node.id, spec.name, spec.role, params.text(spec.name)});
  }
  return files;
}

std::vector<NodeFile> kept_items(const ValidatedGraph& graph, const Case& one, const fs::path& out) {
  std::vector<NodeFile> files;
  for (const ValidatedNode& node : graph.nodes) {
    if (node.type_name != kKeepingType) continue;
    const std::string& name = node.params.front().name;
    files.push_back({node.id, name, PathRole::output, resolve_params(node, &one, out).text(name)});
  }
  return files;
}

const ValidatedNode* case_collector(const ValidatedGraph& graph) {
  for (const ValidatedNode& node : graph.nodes)
    for (const InputSlot& slot : node.slots)
      if (node.type.inputs[slot.port].collects && slot.scope == Scope::per_case) return &node;
  return nullptr;
}

}  // namespace flowrun
