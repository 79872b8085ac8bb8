#include "verbs/new_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "authoring/plugin_template.h"
#include "flowrun/host/file_content.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"

namespace flowrun {
namespace {

struct NewNodeCommand {
  std::string name;
  std::string plugin;  ///< folder of the plugin; empty: the working folder
  std::string kind = "map";
  std::string library;  ///< "itk", "torch" or empty
};

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = std::size_t{1} << 20;

bool has_scripts(const fs::path& folder) {
  std::error_code none;
  for (auto entry = fs::directory_iterator(folder.empty() ? "." : folder, none); !none && entry != fs::directory_iterator();
       entry.increment(none))
    if (entry->path().extension() == ".py") return true;
  return false;
}

std::string read(const fs::path& file) {
  std::error_code unknown;
  if (!fs::is_regular_file(file, unknown) && has_scripts(file.parent_path()))
    throw Error(
        "this plugin is in Python: a node is one more function in its .py file (docs/python.md), and 'flowrun new-node' adds "
        "nodes to plugins in C++");
  if (!fs::is_regular_file(file, unknown))
    throw Error(fmt::format(
        "'{}' is missing, so '{}' is no plugin's folder as 'flowrun new-plugin' makes it; go there, or name it with --plugin",
        file.string(), file.parent_path().empty() ? "." : file.parent_path().string()));
  return read_plain_file(file, kLongestFile);
}

/// A text with changes at places that new-plugin wrote. A place that a person has changed since is an error, before anything is
/// written.
class Edited {
 public:
  explicit Edited(fs::path file) : file_(std::move(file)), text_(read(file_)) {}

  /// Puts `added` before the first `end` that comes after `begin`.
  void add_before(const std::string& begin, const std::string& end, const std::string& added) {
    const std::size_t from = text_.find(begin);
    const std::size_t at = from == std::string::npos ? from : text_.find(end, from + begin.size());
    if (at == std::string::npos)
      throw Error(fmt::format(
          "'{}' has no '{}' as 'flowrun new-plugin' writes it, so the node cannot be added there; nothing was changed. "
          "Add the node by hand, or make a plugin to copy from",
          file_.string(), begin));
    text_.insert(at, added);
  }
  bool contains(const std::string& word) const { return text_.find(word) != std::string::npos; }
  const std::string& text() const { return text_; }
  void save() const { write_atomically(file_, text_); }

 private:
  fs::path file_;
  std::string text_;
};

/// The name in "project(NAME".
std::string plugin_name(const Edited& build, const fs::path& folder) {
  const std::string start = "project(";
  const std::size_t at = build.text().find(start);
  const std::size_t from = at == std::string::npos ? 0 : at + start.size();
  const std::string name = build.text().substr(from, build.text().find_first_of(" )\n", from) - from);
  if (at == std::string::npos || !build.contains("flowrun_add_plugin(" + name))
    throw Error(fmt::format("'{}' builds no plugin with flowrun_add_plugin; go to the plugin's folder, or name it with --plugin",
                            (folder / "CMakeLists.txt").string()));
  return name;
}

void edit_build(const PluginPlan& plan, Edited& build) {
  const std::string& node = plan.nodes.front();
  const bool has_library = build.contains("LINKS plugin_library");
  if (!plan.library.empty() && !has_library)
    throw Error(fmt::format(
        "the plugin does not use a library yet; make a plugin with --with {} and copy its CMakeLists.txt, or add the node "
        "without --with",
        plan.library));
  build.add_before("flowrun_add_plugin(" + plan.name + " SOURCES", has_library ? " LINKS" : ")", " src/" + node + ".cpp");
  build.add_before("add_executable(" + plan.name + "_tests", ")", " tests/" + node + "_test.cpp");
  build.add_before("add_test(NAME nodes", "endif()", graph_test_line(node));
}

std::vector<Edited> edits(const PluginPlan& plan, const fs::path& folder, Edited build) {
  const std::string& node = plan.nodes.front();
  edit_build(plan, build);
  std::vector<Edited> all{std::move(build)};
  Edited list(folder / "src" / "plugin.cpp");
  if (list.contains(node + "_type()")) throw Error(fmt::format("the plugin has a node '{}' already; choose another name", node));
  list.add_before("#include \"flowrun/sdk/plugin.h\"\n", "\nstatic", "#include \"" + node + ".h\"\n");
  list.add_before("return {", "}", ", " + node + "_type()");
  all.push_back(std::move(list));
  return all;
}

/// Files that are new; one that is there is an error.
std::vector<std::pair<fs::path, std::string>> new_files(const PluginPlan& plan, const fs::path& folder) {
  std::vector<std::pair<fs::path, std::string>> files;
  const std::string& node = plan.nodes.front();
  for (const auto& [file, text] : plugin_files(plan)) {
    if (file.find("/" + node + ".") == std::string::npos && file.find("/" + node + "_test.") == std::string::npos) continue;
    std::error_code unknown;
    if (fs::exists(fs::symlink_status(folder / file, unknown)))
      throw Error(
          fmt::format("'{}' exists already and is left as it is; choose another name for the node", (folder / file).string()));
    files.emplace_back(folder / file, text);
  }
  return files;
}

int make_node(const NewNodeCommand& command) {
  const fs::path folder = command.plugin.empty() ? "." : command.plugin;
  Edited build(folder / "CMakeLists.txt");
  const PluginPlan plan{plugin_name(build, folder), command.kind, command.library, {command.name}};
  if (const auto faults = plan_faults(plan); !faults.empty()) {
    for (const std::string& fault : faults) fmt::print(stderr, "flowrun: {}\n", printable(fault));
    return kWrongInput;
  }
  const std::vector<Edited> changed = edits(plan, folder, std::move(build));
  for (const auto& [file, text] : new_files(plan, folder)) {
    fs::create_directories(file.parent_path());
    write_atomically(file, text);
  }
  for (const Edited& file : changed) file.save();  // last: until then the plugin builds as before
  fmt::print(
      "{0}: the node type {0}.{1} is in src/{1}.cpp, its test in tests/{1}_test.cpp, a graph in graphs/{1}.json. Next:\n\n"
      "  cmake --build build\n  ctest --test-dir build\n",
      plan.name, command.name);
  return kAllDone;
}

}  // namespace

Verb new_node_verb(CLI::App& app) {
  Verb verb(app, "new-node", "add a node to a plugin that new-plugin made",
            "  cd bright && flowrun new-node darken\n"
            "  flowrun new-node sizes --plugin regions --kind collect\n\n"
            "Adds the node's source, header, test and a graph, and names them in CMakeLists.txt and\n"
            "src/plugin.cpp. Kinds and libraries are those of new-plugin; a library must be one that the plugin\n"
            "uses. No file that is there is overwritten, and nothing is changed where something is in the way.");
  NewNodeCommand& command = verb.carried_out_by(make_node);
  verb.argument("NAME", command.name, "the node, in snake_case");
  verb.option("--plugin", command.plugin, "DIR", "the plugin's folder [the working folder]");
  verb.option("--kind", command.kind, "KIND", "map, stream, collect, source or sink [map]");
  verb.option("--with", command.library, "LIBRARY", "start from a node with a library: itk or torch");
  return verb;
}

}  // namespace flowrun
