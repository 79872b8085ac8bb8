#include "verbs/nodes.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "authoring/node_search.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

struct NodesCommand {
  std::string word;  ///< the beginning of a name, or what a name or summary has; empty: all
  bool json = false;
  Words plugin_paths;
};

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

int list_nodes(const NodesCommand& command) {
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

}  // namespace

Verb nodes_verb(CLI::App& app) {
  Verb verb(app, "nodes", "list the node types, by plugin, or find some",
            "  flowrun nodes\n"
            "  flowrun nodes intensity            types whose name starts so\n"
            "  flowrun nodes resample             else those that have the word in their name, summary or details");
  NodesCommand& command = verb.carried_out_by(list_nodes);
  verb.optional_argument("WORD", command.word, "only types whose name starts so, or that are about it");
  verb.flag("--json", command.json, "print the descriptions as JSON, for programs");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
