#include "verbs/docs.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "authoring/node_page.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"

namespace flowrun {
namespace {

struct DocsCommand {
  std::string folder;
  std::string graphs;  ///< a folder whose graphs serve as examples
  std::string prefix;  ///< of the node types; empty: all
  Words plugin_paths;
};

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

/// A page of somebody else's is not replaced. `type`: empty for the list.
void spare_other_pages(const fs::path& file, const std::string& type) {
  std::ifstream stream(file);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const bool is_own = type.empty() ? text.find(kMadeByDocs) != std::string::npos : is_node_page(text, type);
  if (stream.is_open() && !is_own)
    throw Error("'" + file.string() + "' was not made by 'flowrun docs' and is not replaced; name another folder");
}

int write_docs(const DocsCommand& command) {
  const Registry registry = open_registry(command.plugin_paths);
  const auto types = chosen_types(registry, command.prefix);
  if (!command.graphs.empty() && !fs::is_directory(command.graphs)) throw Error("--graphs '" + command.graphs + "' is no folder");
  const auto examples = command.graphs.empty() ? std::map<std::string, NodeExample>() : examples_in(command.graphs);
  const fs::path folder = command.folder;
  spare_other_pages(folder / "README.md", "");
  for (const RegisteredType* known : types) spare_other_pages(folder / (known->type.name + ".md"), known->type.name);
  for (const RegisteredType* known : types) {
    const auto found = examples.find(known->type.name);
    const NodeExample example = found == examples.end() ? made_example(known->type) : found->second;
    write_atomically(folder / (known->type.name + ".md"), node_page(*known, example, folder));
  }
  write_atomically(folder / "README.md", node_index(types));
  return kAllDone;
}

}  // namespace

Verb docs_verb(CLI::App& app) {
  Verb verb(app, "docs", "write a page (Markdown) for each node type",
            "  flowrun docs docs/nodes --graphs graphs\n"
            "  flowrun docs my_pages my_plugin --plugin-path my_plugins\n\n"
            "Writes <type>.md for each type and README.md, the list. Other files in the folder are left alone.\n"
            "Loads no plugin's code.");
  DocsCommand& command = verb.carried_out_by(write_docs);
  verb.argument("DIR", command.folder, "folder of the pages, made when missing");
  verb.optional_argument("PREFIX", command.prefix, "only types whose name starts so");
  verb.option("--graphs", command.graphs, "DIR", "folder whose graphs give the examples [made from the descriptions]");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
