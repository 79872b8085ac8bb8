#pragma once

#include <filesystem>

#include "registry/describe_apart.h"
#include "registry/library_store.h"
#include "registry/manifest.h"

namespace flowrun::registry {

/// What a plugin's library offers: from a manifest that is still right, else described in a separate process, and the manifest
/// written. `library` is canonical. Throws Error naming it, also for one without a manifest where such are refused.
Manifest describe_library(const std::filesystem::path& library, Unknown unknown = Unknown::described);

/// Loads the library into this process and makes its manifest, whatever manifest there is. Throws Error.
Manifest describe_by_loading(const std::filesystem::path& library);

/// Loads a library for use. Throws Error when it cannot be loaded, or is not what its manifest says.
const LoadedPlugin& load_described(const std::filesystem::path& library, const Manifest& manifest);

}  // namespace flowrun::registry
