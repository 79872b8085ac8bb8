#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowrun/sdk/node_type.h"
#include "registry/library_file.h"
#include "registry/plugin_abi.h"

namespace flowrun::registry {

/// What is known of a plugin without its library: the file "<library>.json" beside it.
struct Manifest {
  std::string plugin;
  std::string version;
  std::string licence;
  FileStamp stamp;              ///< of the library that it describes
  std::string hash;             ///< of that library's bytes, see content_hash
  std::vector<NodeType> types;  ///< `create` is null
  std::filesystem::path file;   ///< that it was read from; empty: made from the library in this process
};

Manifest make_manifest(const LibraryFile& library, const PluginAbi& abi, std::vector<NodeType> types);

/// The manifest as JSON text, and back. A text that is not JSON, lacks something, has wrong types or a wrong description, or was
/// written for another ABI gives none: the library is then described anew.
std::string manifest_text(const Manifest& manifest);
std::optional<Manifest> parse_manifest(const std::string& text);

/// Whether two descriptions are the same in all that a manifest holds.
bool same_description(const std::vector<NodeType>& a, const std::vector<NodeType>& b);

}  // namespace flowrun::registry
