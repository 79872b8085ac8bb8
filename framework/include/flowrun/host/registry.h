#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun {

/// A plugin that was found, usable or not.
struct PluginInfo {
  std::filesystem::path file;
  std::string name;
  std::string version;
  std::string licence;
  std::vector<std::string> node_types;
  std::string failure;  ///< why it cannot be used, in sentences; empty: usable
  bool loaded = false;  ///< whether its library is in the process
};

/// A node type and where it comes from.
struct RegisteredType {
  NodeType type;  ///< `create` is set once the library is loaded
  std::string plugin;
  std::string plugin_version;
  std::filesystem::path library;  ///< empty for a type of the application itself
};

/// What becomes of a library without a manifest that fits it.
enum class Unknown {
  described,  ///< loaded in a separate process that has no rights, and described
  refused,    ///< listed with the reason; nothing of it runs
};

/// The node types of all plugins on the search path. Looking, describing and validating read the manifests beside the libraries
/// and load none; create loads the library of that node. A library stays in the process for good: its code may be in use
/// by payloads, by threads of its own libraries and by thread-local destructors.
/// Not thread-safe: one thread fills and asks it before the run; the engine calls create on that thread.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  /// Finds the plugins of a folder (files named *.so with the exported symbol, directly in it). A missing folder is no fault.
  /// A missing or stale manifest is made: a separate process (flowrun_manifest), which can neither write nor reach the network,
  /// loads the library and describes it, and may crash without harm. A library that fails is kept with its reason.
  void scan(const std::filesystem::path& folder, Unknown unknown = Unknown::described);
  /// One library, wherever it is and whatever its name; never silent: not being a plugin is its failure.
  void add_library(const std::filesystem::path& file, Unknown unknown = Unknown::described);
  /// A type of the application itself, or of a test.
  void add_type(NodeType type, const std::string& plugin = "builtin");

  /// Also by a name that the type had before (Plugin::aliases).
  const RegisteredType* find(std::string_view type) const;
  std::vector<const RegisteredType*> types() const;  ///< by name
  const std::vector<PluginInfo>& plugins() const;
  /// Sentences about type names that two plugins offer; such a type is not found.
  std::string conflict(std::string_view type) const;

  /// A new node, its library loaded. Throws Error naming the plugin's file and the loader's reason.
  std::unique_ptr<Node> create(std::string_view type);

  /// How payloads of a type become bytes: flowrun's own codec, or that of the plugin that offers one, whose library is loaded.
  /// Null: none, or that library cannot be used. Any thread, once all nodes are created.
  const Codec* codec(std::string_view payload);

  struct State;  ///< for the registry's own sources

 private:
  std::unique_ptr<State> state_;
};

/// lib/flowrun/plugins beside the folder of the running program; empty where that is not known.
std::filesystem::path own_plugin_folder();

/// Folders that a person names: those given, then those of FLOWRUN_PLUGIN_PATH.
std::vector<std::filesystem::path> named_plugin_folders(const std::vector<std::filesystem::path>& given);

/// Folders where plugins are looked for, in order: those given, FLOWRUN_PLUGIN_PATH (separated by ':'), and lib/flowrun/plugins
/// beside the folder of the running program.
std::vector<std::filesystem::path> plugin_search_path(const std::vector<std::filesystem::path>& given);

/// What a shared library exports, from its dynamic symbol table; of a plugin: `flowrun_plugin` alone. Nothing is loaded. Throws
/// Error.
std::vector<std::string> exported_symbols(const std::filesystem::path& library);

/// A sentence about what of a plugin folder or library people other than this one and root may write, and so could make flowrun
/// run code of theirs: itself, the libraries in it and their manifests; "" when there is nothing.
std::string writable_by_others(const std::vector<std::filesystem::path>& folders_and_libraries);

/// Whether a library may run where its process cannot be kept from writing.
enum class Confinement {
  required,        ///< not: for libraries that were found
  where_possible,  ///< yes: for the build step, whose person trusts what was just built
};
/// Writes "<library>.json", the manifest beside a library, which a separate process describes. For the build step. Throws Error.
void write_manifest(const std::filesystem::path& library);
/// The work of that process, for the program flowrun_manifest: loads the library and answers its parent. Does not return.
[[noreturn]] void describe_for_parent(const std::filesystem::path& library, Confinement confinement);

}  // namespace flowrun
