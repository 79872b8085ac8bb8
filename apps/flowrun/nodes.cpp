#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "commands.h"
#include "exit_status.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "text_layout.h"

namespace flowrun {
namespace {

[[noreturn]] void nothing_to_list(const Registry& registry, const std::string& prefix) {
  const auto types = registry.types();
  if (types.empty())
    throw Error("there are no node types, because no usable plugin was found; 'flowrun plugins --why' says where flowrun looked");
  std::vector<std::string> names;
  for (const RegisteredType* type : types) names.push_back(type->type.name);
  for (const PluginInfo& plugin : registry.plugins()) names.push_back(plugin.name);
  throw Error("no node type starts with '" + prefix + "'" + did_you_mean(prefix, names));
}

}  // namespace

int execute(const NodesCommand& command) {
  const Registry registry = open_registry(command.plugin_paths);
  std::map<std::string, std::vector<const RegisteredType*>> by_plugin;
  for (const RegisteredType* type : registry.types())
    if (type->type.name.starts_with(command.prefix)) by_plugin[type->plugin].push_back(type);
  if (by_plugin.empty()) nothing_to_list(registry, command.prefix);
  for (const auto& [plugin, types] : by_plugin) {
    fmt::print("{} {}\n", printable(plugin), printable(types.front()->plugin_version));
    TextTable table({Align::left, Align::left});
    for (const RegisteredType* type : types) table.add({type->type.name, type->type.summary});
    fmt::print("{}", table.text());
  }
  return kAllDone;
}

}  // namespace flowrun
