#include <algorithm>

#include "authoring.h"
#include "exit_status.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "node_page.h"
#include "pending_file.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::vector<const RegisteredType*> chosen_types(const Registry& registry, const std::string& prefix) {
  std::vector<const RegisteredType*> chosen;
  std::vector<std::string> names;
  for (const RegisteredType* known : registry.types()) {
    names.push_back(known->type.name);
    if (known->type.name.starts_with(prefix)) chosen.push_back(known);
  }
  for (const PluginInfo& plugin : registry.plugins()) names.push_back(plugin.name);
  if (registry.types().empty())
    throw Error("there are no node types, because no usable plugin was found; 'flowrun plugins --why' says where flowrun looked");
  if (chosen.empty()) throw Error("no node type starts with '" + prefix + "'" + did_you_mean(prefix, names));
  std::stable_sort(chosen.begin(), chosen.end(), [](const auto* a, const auto* b) { return a->plugin < b->plugin; });
  return chosen;
}

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!fs::is_directory(folder))
    throw Error("the folder '" + folder.string() + "' cannot be made; is a file of that name there?");
}

}  // namespace

int execute(const DocsCommand& command) {
  const Registry registry = open_registry(command.plugin_paths);
  const auto types = chosen_types(registry, command.prefix);
  if (!command.graphs.empty() && !fs::is_directory(command.graphs)) throw Error("--graphs '" + command.graphs + "' is no folder");
  const auto examples = command.graphs.empty() ? std::map<std::string, NodeExample>() : examples_in(command.graphs);
  const fs::path folder = command.folder;
  make_folder(folder);
  for (const RegisteredType* known : types) {
    const auto found = examples.find(known->type.name);
    const NodeExample example = found == examples.end() ? made_example(known->type) : found->second;
    write_whole_file(folder / (known->type.name + ".md"), node_page(*known, example, folder));
  }
  write_whole_file(folder / "README.md", node_index(types));
  return kAllDone;
}

}  // namespace flowrun
