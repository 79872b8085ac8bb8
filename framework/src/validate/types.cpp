// Looks the node types up, and the plugins that the files require.
#include <set>

#include "validate/draft.h"
#include "validate/version.h"

namespace flowrun::checks {
namespace {

/// What is known about a plugin that could have offered a type but does not.
std::string plugin_hint(const Registry& registry, const std::string& prefix) {
  bool found = false;
  for (const PluginInfo& plugin : registry.plugins()) {
    if (plugin.name != prefix && plugin.file.stem() != prefix) continue;
    found = true;
    if (!plugin.failure.empty())
      return "; plugin '" + prefix + "' (" + plugin.file.string() + ") cannot be used: " + plugin.failure;
  }
  for (const RegisteredType* type : registry.types()) found = found || type->plugin == prefix;
  return found ? "" : "; no plugin '" + prefix + "' was found where plugins are looked for";
}

std::string unknown_type(const Registry& registry, const std::string& type) {
  const std::string prefix = type.substr(0, type.find('.'));
  std::vector<std::string> all, siblings;
  for (const RegisteredType* known : registry.types()) {
    all.push_back(known->type.name);
    if (known->plugin == prefix) siblings.push_back(known->type.name);
  }
  const std::string near = did_you_mean(type, all);
  if (!near.empty()) return near;
  return siblings.empty() ? plugin_hint(registry, prefix) : known_names(type, siblings);
}

/// "" when the plugin is usable in the version asked for.
std::string requirement_fault(const Registry& registry, const Requirement& need) {
  if (!is_constraint(need.constraint))
    return "expected a version such as \">=1.0\" or \">=1.0, <2\", found \"" + need.constraint + "\"";
  std::vector<std::string> names;
  for (const PluginInfo& plugin : registry.plugins()) {
    if (plugin.name != need.plugin || !plugin.failure.empty()) {
      names.push_back(plugin.name);
      continue;
    }
    if (version_fits(plugin.version, need.constraint)) return "";
    return "version " + need.constraint + " is needed, found " + plugin.version + " (" + plugin.file.string() + ")";
  }
  for (const RegisteredType* type : registry.types()) {
    if (type->plugin == need.plugin) return "";  // of the application itself, and so of its version
    names.push_back(type->plugin);
  }
  const std::string hint = plugin_hint(registry, need.plugin);
  return "it is required, but cannot be had" + hint + did_you_mean(need.plugin, names);
}

}  // namespace

void check_requirements(Draft& draft) {
  std::set<const GraphSpec*> seen;
  for (const Instance& instance : draft.instances) {
    if (!seen.insert(instance.graph).second) continue;
    for (const Requirement& need : instance.graph->requires_)
      if (const std::string fault = requirement_fault(draft.registry, need); !fault.empty())
        draft.faults.error(need.place, "plugin '" + need.plugin + "': " + fault);
  }
}

void find_types(Draft& draft) {
  for (DraftNode& node : draft.nodes) {
    const std::string& type = node.spec->type;
    if (type.empty()) continue;  // reported when the file was read
    node.type = draft.registry.find(type);
    if (node.type && node.type->type.name != type)
      draft.faults.warning(node.spec->type_place, node.name() + ": node type '" + type + "' is now called '" +
                                                      node.type->type.name + "'; 'flowrun migrate' rewrites the graph");
    if (node.type) continue;
    const std::string clash = draft.registry.conflict(type);
    const std::string unknown = "node type '" + type + "' is not known";
    draft.faults.error(node.spec->type_place,
                       node.name() + ": " + (clash.empty() ? unknown + unknown_type(draft.registry, type) : clash));
  }
}

}  // namespace flowrun::checks
