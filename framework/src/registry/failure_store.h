#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "registry/library_file.h"

namespace flowrun::registry {

/// Why a library could not be described, kept in the user's cache and never beside the library: it is known of this machine only.
/// Without a folder to be had nothing is kept.
void remember_failure(const LibraryFile& library, const std::string& reason);

/// The reason, while it still holds: same size and time of the file, same flowrun, not older than a day.
std::optional<std::string> remembered_failure(const std::filesystem::path& library);

void forget_failure(const std::filesystem::path& library);

/// "<cache>/<library>-<hash of its path>.failure.json"; empty without a cache folder.
std::filesystem::path failure_in_cache(const std::filesystem::path& library);

}  // namespace flowrun::registry
