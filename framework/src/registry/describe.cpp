#include "registry/describe.h"

#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"
#include "registry/elf_symbol.h"
#include "registry/manifest_store.h"
#include "registry/script_plugin.h"

namespace flowrun::registry {

Manifest describe_library(const std::filesystem::path& library, Unknown unknown) {
  if (std::optional<Manifest> known = find_manifest(library)) return std::move(*known);
  if (unknown == Unknown::refused)
    throw Error(quoted(library) +
                " has no manifest that fits it, and none is made for a library of flowrun's own folder; make it with "
                "'flowrun_manifest " +
                library.string() + "', or name the folder with --plugin-path");
  Manifest manifest = describe_apart(library);
  save_manifest(library, manifest);
  return manifest;
}

Manifest describe_by_loading(const std::filesystem::path& library) {
  const LibraryFile file = read_library_file(library);
  const PluginAbi abi = read_plugin_abi(file);
  return make_manifest(file, abi, load_plugin(file, abi).description);
}

const LoadedPlugin& load_described(const std::filesystem::path& library, const Manifest& manifest) {
  if (is_script(library)) return load_script(library, manifest);
  const LibraryFile file = read_library_file(library);
  const PluginAbi abi = read_plugin_abi(file);
  const std::string advice = manifest.file.empty() ? "start again" : "remove " + quoted(manifest.file) + " and start again";
  if (file.hash != manifest.hash) throw Error(quoted(library) + " is not the library that its manifest describes; " + advice);
  const LoadedPlugin& plugin = load_plugin(file, abi);
  if (abi.name != manifest.plugin || abi.version != manifest.version ||
      !same_description(plugin.description, manifest.description))
    throw Error(quoted(library) + " describes itself otherwise than its manifest does; " + advice);
  return plugin;
}

}  // namespace flowrun::registry

namespace flowrun {

std::vector<std::string> exported_symbols(const std::filesystem::path& library) {
  using namespace registry;
  try {
    return exported_names(read_library_file(library).bytes);
  } catch (const Error& error) {
    const std::string text = error.what();
    throw text.starts_with("'") ? error : Error(quoted(library) + " " + text);
  }
}

void write_manifest(const std::filesystem::path& library) {
  using namespace registry;
  const std::string text = manifest_text(describe_apart(library, Confinement::where_possible));
  const std::filesystem::path file = manifest_beside(library);
  if (!replace_file(file, text))
    throw Error("the manifest " + quoted(file) + " cannot be written; can its folder be written to?");
}

}  // namespace flowrun
