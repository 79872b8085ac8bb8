// Included by the one source file of a plugin that names its node types.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/sdk/abi.h"
#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/node.h"

namespace flowrun {

/// What a plugin offers.
struct Plugin {
  Plugin() = default;
  Plugin(std::vector<NodeType> node_types) : types(std::move(node_types)) {}  // a list of types is a plugin

  std::vector<NodeType> types;
  /// Of the payload types that are this plugin's own: without one, they can be neither kept nor replayed nor sent to another
  /// process.
  std::vector<Codec> codecs;
  /// Files that the types were made from, such as a folder of scripts. When one of them changes, the plugin is described again.
  std::vector<std::filesystem::path> files;
  /// Names that node types had before, and those that they have now: graphs with an old name still run, with a warning, and
  /// `flowrun migrate` rewrites them.
  std::vector<std::pair<std::string, std::string>> aliases;
};

/// The description of what a plugin offers, as it hands it to the host: docs/plugin-abi.md lists its keys.
std::string description_text(const Plugin& plugin);

/// The plugin's side of the contract: it calls the plugin's list once, keeps what it gives, and answers the host.
/// One of them lives in each library, from the first call until the end of the process.
class PluginSide {
 public:
  using List = Plugin (*)();
  using Take = void (*)(void* sink, const char* text, std::uint64_t length);
  using Fail = void (*)(void* sink, const char* sentence);

  // As the functions of flowrun_plugin_abi. None of them throws.
  static int describe(List list, void* sink, Take take, Fail fail) noexcept;
  static void* create(List list, const char* type_name, void* sink, Fail fail) noexcept;
  static const void* extension(List list, const char* id) noexcept;
};

/// The file of the library that contains an address, such as that of one of its functions; empty when the system does not know.
std::filesystem::path library_of(const void* address);

}  // namespace flowrun

/// The one symbol that a plugin exports. `list` is a function that returns a flowrun::Plugin or a std::vector<flowrun::NodeType>.
/// It is called once in the life of the process, before the first node is created.
///
///   FLOWRUN_PLUGIN("intensity", "1.0.0", "Apache-2.0", node_types)
#define FLOWRUN_PLUGIN(plugin_name, plugin_version, plugin_licence, list)                                                  \
  static flowrun::Plugin flowrun_list() { return list(); }                                                                 \
  static int flowrun_describe(void*, void* sink, flowrun::PluginSide::Take take, flowrun::PluginSide::Fail fail) {         \
    return flowrun::PluginSide::describe(flowrun_list, sink, take, fail);                                                  \
  }                                                                                                                        \
  static void* flowrun_create(void*, const char* type_name, void* sink, flowrun::PluginSide::Fail fail) {                  \
    return flowrun::PluginSide::create(flowrun_list, type_name, sink, fail);                                               \
  }                                                                                                                        \
  static const void* flowrun_extension(void*, const char* id) { return flowrun::PluginSide::extension(flowrun_list, id); } \
  extern "C" {                                                                                                             \
  extern const flowrun_plugin_abi flowrun_plugin __attribute__((visibility("default")));                                   \
  __attribute__((used)) const flowrun_plugin_abi flowrun_plugin = {FLOWRUN_ABI_MAGIC,                                      \
                                                                   sizeof(flowrun_plugin_abi),                             \
                                                                   FLOWRUN_ABI_MAJOR,                                      \
                                                                   FLOWRUN_ABI_MINOR,                                      \
                                                                   0,                                                      \
                                                                   FLOWRUN_BUILD_TAG,                                      \
                                                                   plugin_name,                                            \
                                                                   plugin_version,                                         \
                                                                   plugin_licence,                                         \
                                                                   nullptr,                                                \
                                                                   flowrun_describe,                                       \
                                                                   flowrun_create,                                         \
                                                                   flowrun_extension};                                     \
  }                                                                                                                        \
  static_assert(true, "takes the semicolon")
