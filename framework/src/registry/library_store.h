#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/node_type.h"
#include "registry/description.h"
#include "registry/plugin_abi.h"

namespace flowrun::registry {

/// A library in the process, and what it describes.
struct LoadedPlugin {
  PluginAbi abi;
  Description description;  ///< checked; `create` of each type is set
  std::vector<Codec> codecs;
};

/// Loads a library once in the life of the process and asks it for its node types; later calls give the same.
///
/// Libraries are never unloaded and the store is never destroyed: payloads, threads and thread-local destructors of a plugin (and
/// of LibTorch or ITK behind it) run code of the library until the process has ended.
///
/// Throws Error naming the file: the loader's own reason, a wrong description, or a file that changed since it was loaded.
const LoadedPlugin& load_plugin(const LibraryFile& file, const PluginAbi& abi);

/// Whether that file's library is in the process.
bool is_loaded(const std::filesystem::path& canonical_file);

}  // namespace flowrun::registry
