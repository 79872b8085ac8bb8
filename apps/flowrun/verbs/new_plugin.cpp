#include "verbs/new_plugin.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "authoring/plugin_template.h"
#include "flowrun/host/scripts.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"

namespace flowrun {
namespace {

struct NewPluginCommand {
  std::string name;
  Words nodes;  ///< none: one, named after what it does
  std::string kind = "map";
  std::string library;  ///< "itk", "torch" or empty
  std::string language = "c++";
};

namespace fs = std::filesystem;

/// A folder beside its final place, which it takes when all of it is there; else it goes.
class NewFolder {
 public:
  explicit NewFolder(const std::string& name) : target_(name), path_(fmt::format(".{}.part-{}", name, getpid())) {
    std::error_code failed;
    if (fs::exists(fs::symlink_status(target_, failed))) refuse_existing();
    if (!fs::create_directory(path_, failed)) cannot_write(failed.message());
  }
  ~NewFolder() {
    std::error_code unused;
    fs::remove_all(path_, unused);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  void write(const std::string& file, const std::string& text) const {
    std::error_code failed;
    fs::create_directories((path_ / file).parent_path(), failed);
    std::ofstream stream(path_ / file, std::ios::binary);
    stream << text;
    stream.close();
    if (failed || !stream) cannot_write("writing " + file + " failed; is the disk full?");
  }

  void publish() const {
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno == EEXIST || errno == ENOTEMPTY) refuse_existing();
    cannot_write(std::strerror(errno));
  }

 private:
  [[noreturn]] void refuse_existing() const {
    throw Error("'" + target_.string() +
                "' exists already and is left as it is; choose another name, or work in another folder");
  }
  [[noreturn]] void cannot_write(const std::string& reason) const {
    throw Error("the folder '" + target_.string() + "' cannot be made here: " + reason);
  }

  fs::path target_;
  fs::path path_;
};

void require_free_name(const std::string& name) {
  const Registry registry = open_registry({});
  for (const PluginInfo& plugin : registry.plugins())
    if (plugin.name == name)
      throw Error("a plugin '" + name + "' is installed already ('" + plugin.file.string() +
                  "'), and two of one name cannot be used together; choose another name");
}

/// What CMake needs to find the flowrun that runs here; empty where it looks by itself.
std::string prefix_option() {
  std::error_code error;
  const fs::path prefix = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path();
  if (!fs::exists(prefix / FLOWRUN_PACKAGE_FOLDER / "flowrunConfig.cmake", error))
    return " -DCMAKE_PREFIX_PATH=<folder where flowrun is installed>";
  return prefix == "/usr" || prefix == "/usr/local" ? "" : " -DCMAKE_PREFIX_PATH=" + prefix.string();
}

void print_next_of_python(const PluginPlan& plan) {
  fmt::print("{0}: a plugin in Python with {1}. Next:\n\n  cd {0}\n  PYTHONPATH={2} python3 -m pytest\n", plan.name,
             plan.nodes.size() > 1 ? fmt::format("{} node types", plan.nodes.size())
                                   : "the node type " + plan.name + "." + plan.nodes[0],
             printable(python_folder().string()));
  for (const std::string& node : plan.nodes) fmt::print("  flowrun run graphs/{}.json --plugin-path . --out out\n", node);
  fmt::print("\nREADME.md there says what each file is.\n");
}

void print_next(const PluginPlan& plan) {
  if (plan.language == "python") return print_next_of_python(plan);
  std::string offered;
  for (const std::string& node : plan.nodes) offered += (offered.empty() ? "" : ", ") + plan.name + "." + node;
  fmt::print(
      "{0}: a plugin with {1} {2}. Next:\n\n  cd {0}\n  cmake -B build{3}\n  cmake --build build\n  ctest --test-dir build\n",
      plan.name, plan.nodes.size() > 1 ? "the node types" : "the node type", offered, printable(prefix_option()));
  for (const std::string& node : plan.nodes)
    fmt::print("  flowrun run graphs/{}.json --plugin-path build/lib/flowrun/plugins --out out\n", node);
  fmt::print("\nREADME.md there says what each file is.\n");
}

int make_plugin(const NewPluginCommand& command) {
  PluginPlan plan{command.name, command.kind, command.library, command.nodes, command.language};
  if (plan.nodes.empty()) plan.nodes = {default_node(plan)};
  if (const auto faults = plan_faults(plan); !faults.empty()) {
    for (const std::string& fault : faults) fmt::print(stderr, "flowrun: {}\n", printable(fault));
    return kWrongInput;
  }
  require_free_name(plan.name);
  const NewFolder folder(plan.name);
  for (const auto& [file, text] : plugin_files(plan)) folder.write(file, text);
  folder.publish();
  print_next(plan);
  return kAllDone;
}

}  // namespace

Verb new_plugin_verb(CLI::App& app) {
  Verb verb(app, "new-plugin", "make a folder with a plugin that builds, is tested and runs",
            "  flowrun new-plugin bright\n"
            "  flowrun new-plugin bright --node brighten --node darken\n"
            "  flowrun new-plugin regions --node sizes --kind collect\n"
            "  flowrun new-plugin smooth --with itk\n"
            "  flowrun new-plugin smooth --language python\n\n"
            "Kinds: map (one output for one input), stream (a case in chunks), collect (the chunks of a case\n"
            "into one output), source (no input), sink (writes a file). A folder that is there is never\n"
            "overwritten.");
  NewPluginCommand& command = verb.carried_out_by(make_plugin);
  verb.argument("NAME", command.name, "the plugin and its folder, in snake_case");
  verb.repeatable("--node", command.nodes, "NAME", "a node type of it (repeatable) [one, named after what it does]");
  verb.option("--kind", command.kind, "KIND", "map, stream, collect, source or sink [map]");
  verb.option("--with", command.library, "LIBRARY", "use a library: itk or torch");
  verb.option("--language", command.language, "LANGUAGE", "c++ or python [c++]");
  return verb;
}

}  // namespace flowrun
