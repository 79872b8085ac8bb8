#include "registry/library_store.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <map>
#include <mutex>

#include "flowrun/sdk/error.h"
#include "registry/description_check.h"

namespace flowrun::registry {
namespace {

struct Entry {
  boost::dll::shared_library library;
  std::string hash;
  LoadedPlugin plugin;
  std::string failure;  ///< why its description cannot be used; the library stays in the process all the same
};

struct Store {
  std::mutex mutex;
  std::map<std::filesystem::path, Entry> entries;
};

Store& store() {
  static Store* const kStore = new Store;  // never destroyed, see load_plugin
  return *kStore;
}

void load(Entry& entry, const LibraryFile& file) {
  std::error_code error;
  ::dlerror();
  entry.library.load(boost::dll::fs::path(file.path.string()), error,
                     boost::dll::load_mode::rtld_local | boost::dll::load_mode::rtld_now);
  if (!error) return;
  const char* reason = ::dlerror();
  throw Error(quoted(file.path) + " cannot be loaded: " + (reason ? reason : error.message().c_str()));
}

/// Runs the plugin's own function, so nothing that it throws may get out.
std::vector<NodeType> ask_for_types(const flowrun_plugin_abi& raw) {
  std::vector<NodeType> types;
  const auto take = [](void* sink, const void* type) {
    if (type) static_cast<std::vector<NodeType>*>(sink)->push_back(*static_cast<const NodeType*>(type));
  };
  if (!raw.node_types)
    throw Error("is damaged: its flowrun_plugin has no function that lists its node types; rebuild the plugin");
  int status = 1;
  try {
    status = raw.node_types(&types, take);
  } catch (...) {
    status = 1;  // the contract forbids it; said as the same failure below
  }
  if (status != 0) throw Error("could not describe its node types: its list of node types threw an exception");
  return types;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

std::vector<NodeType> describe(Entry& entry, const PluginAbi& abi) {
  if (!entry.library.has("flowrun_plugin")) throw Error("lost its symbol 'flowrun_plugin' while it was loaded; start again");
  const auto& raw = entry.library.get<const flowrun_plugin_abi>("flowrun_plugin");
  if (!same_plain_data(raw, abi.raw))
    throw Error("describes itself otherwise in memory than in its file; it was changed while it was loaded, or changes itself");
  std::vector<NodeType> types = ask_for_types(raw);
  normalise_defaults(types);
  const std::vector<std::string> faults = description_faults(abi.name, types, true);
  if (!faults.empty()) throw Error("describes its node types wrongly: " + joined(faults));
  return types;
}

Entry& load_new(std::map<std::filesystem::path, Entry>& entries, const LibraryFile& file, const PluginAbi& abi) {
  Entry fresh;
  load(fresh, file);
  Entry& entry = entries[file.path] = std::move(fresh);
  entry.hash = file.hash;
  entry.plugin.abi = abi;
  try {
    entry.plugin.types = describe(entry, abi);
  } catch (const Error& error) {
    entry.failure = quoted(file.path) + " " + error.what();
  }
  return entry;
}

}  // namespace

const LoadedPlugin& load_plugin(const LibraryFile& file, const PluginAbi& abi) {
  const std::lock_guard lock(store().mutex);
  auto& entries = store().entries;
  const auto known = entries.find(file.path);
  const Entry& entry = known != entries.end() ? known->second : load_new(entries, file, abi);
  if (entry.hash != file.hash)
    throw Error(quoted(file.path) + " changed after it was loaded; start the program again to use the new one");
  if (!entry.failure.empty()) throw Error(entry.failure);
  return entry.plugin;
}

bool is_loaded(const std::filesystem::path& canonical_file) {
  const std::lock_guard lock(store().mutex);
  return store().entries.count(canonical_file) != 0;
}

}  // namespace flowrun::registry
