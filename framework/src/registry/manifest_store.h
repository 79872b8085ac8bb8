#pragma once

#include <filesystem>
#include <optional>

#include "registry/manifest.h"

namespace flowrun::registry {

/// "<library>.json".
std::filesystem::path manifest_beside(const std::filesystem::path& library);
/// The user's own place for a library whose folder cannot be written: $XDG_CACHE_HOME/flowrun or ~/.cache/flowrun, a file named
/// after the library and a hash of its path. Empty when there is no such folder to be had.
std::filesystem::path manifest_in_cache(const std::filesystem::path& library);

/// The manifest that still describes the library, from beside it or from the cache. Equal size and time (in whole seconds for
/// one of a package or archive) are trusted; where only the time differs, the content's hash decides, and it is written again.
std::optional<Manifest> find_manifest(const std::filesystem::path& library);

/// Writes beside the library, else to the cache. Where neither can be written the next start describes the library again.
void save_manifest(const std::filesystem::path& library, const Manifest& manifest);

}  // namespace flowrun::registry
