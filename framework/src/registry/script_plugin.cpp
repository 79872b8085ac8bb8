#include "registry/script_plugin.h"

#include <map>
#include <mutex>

#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "registry/description_check.h"
#include "registry/manifest_store.h"
#include "registry/words.h"

namespace flowrun::registry {
namespace {

using json::Kind;
using json::Value;

PluginAbi abi_of(const LibraryFile& script, const Value& tree) {
  PluginAbi abi;
  abi.name = member(tree, "plugin", Kind::string).text();
  abi.version = member(tree, "version", Kind::string).text();
  abi.licence = member(tree, "licence", Kind::string).text();
  if (abi.name != script.path.stem().string() || !is_snake_case(abi.name))
    throw Error("is to have a name in snake_case, by which its node types begin; rename the file");
  if (!is_version(abi.version)) throw Error("has the version '" + abi.version + "', which is not of the form 1.2.3");
  return abi;
}

Description description_of(const LibraryFile& script, const Value& tree, const std::string& plugin) {
  Value description = member(tree, "description", Kind::object);
  Value files = Value::array();
  for (const std::string& helper : script_helpers(script.path)) files.push(helper);
  description.set("files", std::move(files));
  Description read = read_description(std::move(description));
  std::string faults;
  for (const std::string& fault : description_faults(plugin, read)) faults += (faults.empty() ? "" : "; ") + fault;
  if (!faults.empty()) throw Error("describes its node types wrongly: " + faults);
  return read;
}

}  // namespace

Manifest script_manifest(const LibraryFile& script, const std::string& text) {
  Diagnostics faults;
  const std::optional<Value> tree = json::parse(text, "description", faults);
  if (!tree || faults.has_errors()) throw Error("could not be described: Python gave no answer that can be read");
  const PluginAbi abi = abi_of(script, *tree);
  return make_manifest(script, abi, description_of(script, *tree, abi.name));
}

const LoadedPlugin& load_script(const std::filesystem::path& script, const Manifest& manifest) {
  static std::mutex* const kMutex = new std::mutex;
  static auto* const kLoaded = new std::map<std::pair<std::filesystem::path, std::string>, LoadedPlugin>;
  if (read_library_file(script).hash != manifest.hash)
    throw Error(quoted(script) + " has changed since it was looked at; start again");
  std::string version = manifest.hash;
  for (const SourceFile& source : manifest.sources) version += " " + source.path + " " + source.hash;
  const std::lock_guard lock(*kMutex);
  const auto [known, is_new] = kLoaded->try_emplace({script, version});
  LoadedPlugin& plugin = known->second;
  if (!is_new) return plugin;
  plugin.abi.name = manifest.plugin;
  plugin.abi.version = manifest.version;
  plugin.abi.licence = manifest.licence;
  plugin.description = manifest.description;
  for (NodeType& type : plugin.description.types) type.create = [script, type] { return script_node(script, type); };
  return plugin;
}

}  // namespace flowrun::registry
