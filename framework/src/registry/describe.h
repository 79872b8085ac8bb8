#pragma once

#include <filesystem>

#include "registry/library_store.h"
#include "registry/manifest.h"

namespace flowrun::registry {

/// What a plugin's library offers: from a manifest that is still right, else by loading the library once and writing the
/// manifest. `library` is canonical. Throws Error naming it.
Manifest describe_library(const std::filesystem::path& library);

/// Loads the library and makes its manifest, whatever manifest there is. Throws Error.
Manifest describe_by_loading(const std::filesystem::path& library);

/// Loads a library for use. Throws Error when it cannot be loaded, or is not what its manifest says.
const LoadedPlugin& load_described(const std::filesystem::path& library, const Manifest& manifest);

}  // namespace flowrun::registry
