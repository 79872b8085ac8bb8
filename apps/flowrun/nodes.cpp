#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "commands.h"
#include "exit_status.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "node_search.h"
#include "text_layout.h"

namespace flowrun {
namespace {

[[noreturn]] void nothing_to_list(const Registry& registry, const std::string& word) {
  if (registry.types().empty())
    throw Error("there are no node types, because no usable plugin was found; 'flowrun plugins --why' says where flowrun looked");
  std::vector<std::string> names;
  for (const RegisteredType* type : registry.types()) names.push_back(type->type.name);
  for (const PluginInfo& plugin : registry.plugins()) names.push_back(plugin.name);
  throw Error("no node type starts with '" + word + "', nor has it in its name, summary or details" + did_you_mean(word, names));
}

void print_json(const std::vector<const RegisteredType*>& found) {
  std::string list;
  for (const RegisteredType* type : found) list += (list.empty() ? "" : ",\n ") + node_type_json(*type);
  fmt::print("[{}]\n", list);
}

}  // namespace

int execute(const NodesCommand& command) {
  const Registry registry = open_registry(command.plugin_paths);
  const std::vector<const RegisteredType*> found = find_node_types(registry, command.word);
  if (found.empty()) nothing_to_list(registry, command.word);
  if (command.json) return print_json(found), kAllDone;
  std::map<std::string, std::vector<const RegisteredType*>> by_plugin;
  for (const RegisteredType* type : found) by_plugin[type->plugin].push_back(type);
  for (const auto& [plugin, types] : by_plugin) {
    fmt::print("{} {}\n", printable(plugin), printable(types.front()->plugin_version));
    TextTable table({Align::left, Align::left});
    for (const RegisteredType* type : types) table.add({type->type.name, type->type.summary});
    fmt::print("{}", table.text());
  }
  return kAllDone;
}

}  // namespace flowrun
