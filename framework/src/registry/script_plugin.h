// Plugins that are Python sources (flowrun/host/scripts.h).
#pragma once

#include <string>

#include "registry/library_store.h"
#include "registry/manifest.h"

namespace flowrun::registry {

/// From what the script's own process said of it: JSON with plugin, version, licence and description. Throws Error.
Manifest script_manifest(const LibraryFile& script, const std::string& text);

/// The script for use: its types create nodes that run in Python. Throws Error when it is not what its manifest says.
const LoadedPlugin& load_script(const std::filesystem::path& script, const Manifest& manifest);

}  // namespace flowrun::registry
