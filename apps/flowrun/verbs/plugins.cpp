#include "verbs/plugins.h"

#include <fmt/format.h>

#include <cstdio>

#include "system/exit_status.h"
#include "terminal/open_registry.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

struct PluginsCommand {
  bool why = false;
  Words plugin_paths;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void print_in_full(const PluginInfo& plugin) {
  const bool usable = plugin.failure.empty();
  const std::string name = plugin.name.empty() ? plugin.file.filename().string() : plugin.name + " " + plugin.version;
  fmt::print("{}: {}\n", printable(name), usable ? "usable" : "NOT usable");
  TextTable table({Align::left, Align::left});
  table.add({"file", plugin.file.string()});
  if (!plugin.licence.empty()) table.add({"licence", plugin.licence});
  if (!plugin.node_types.empty()) table.add({"types", joined(plugin.node_types)});
  if (usable) table.add({"code", plugin.loaded ? "loaded" : "not loaded; read from its manifest"});
  else table.add({"why", plugin.failure});
  fmt::print("{}\n", table.text());
}

void print_in_short(const std::vector<PluginInfo>& plugins) {
  TextTable table({Align::left, Align::left, Align::left, Align::right, Align::left}, 0);
  table.add({"plugin", "version", "licence", "types", "file"});
  for (const PluginInfo& plugin : plugins)
    if (plugin.failure.empty())
      table.add({plugin.name, plugin.version, plugin.licence, std::to_string(plugin.node_types.size()), plugin.file.string()});
  fmt::print("{}", table.text());
  for (const PluginInfo& plugin : plugins)
    if (!plugin.failure.empty())
      fmt::print("\nNOT usable: {}\n{}", printable(plugin.file.string()), paragraph(printable_lines(plugin.failure), 2));
}

int list_plugins(const PluginsCommand& command) {
  const Registry registry = open_registry(command.plugin_paths);
  if (command.why) {
    const std::vector<std::filesystem::path> given(command.plugin_paths.begin(), command.plugin_paths.end());
    fmt::print("looked in, in this order:\n");
    for (const auto& folder : plugin_search_path(given))
      fmt::print("  {}{}\n", printable(folder.string()), std::filesystem::exists(folder) ? "" : "  (not there)");
    fmt::print("\n");
    for (const PluginInfo& plugin : registry.plugins()) print_in_full(plugin);
  } else if (!registry.plugins().empty()) {
    print_in_short(registry.plugins());
  }
  if (registry.plugins().empty())
    fmt::print(stderr, "no plugins were found; say where they are with --plugin-path or FLOWRUN_PLUGIN_PATH\n");
  return kAllDone;
}

}  // namespace

Verb plugins_verb(CLI::App& app) {
  Verb verb(app, "plugins", "list the plugins that were found, usable or not",
            "  flowrun plugins\n"
            "  flowrun plugins --why --plugin-path my_plugins");
  PluginsCommand& command = verb.carried_out_by(list_plugins);
  verb.flag("--why", command.why, "also where was looked, every node type, and why a plugin is unusable");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
