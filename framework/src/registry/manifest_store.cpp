#include "registry/manifest_store.h"

#include <cstdlib>

#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "registry/content_hash.h"

namespace flowrun::registry {
namespace {

namespace fs = std::filesystem;

fs::path cache_folder() {
  // As the XDG base directory specification has it: a relative path there is to be ignored.
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && fs::path(xdg).is_absolute()) return fs::path(xdg) / "flowrun";
  if (const char* home = std::getenv("HOME"); home && fs::path(home).is_absolute()) return fs::path(home) / ".cache" / "flowrun";
  return {};
}

std::optional<Manifest> read_manifest(const fs::path& file) {
  std::error_code error;
  if (file.empty() || !fs::is_regular_file(file, error) || fs::file_size(file, error) > json::kLargestText || error)
    return std::nullopt;
  try {
    return parse_manifest(read_bytes(file));
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// A package or an archive keeps times in whole seconds, so a library that came out of one has lost the rest.
bool same_stamp(const FileStamp& written, const FileStamp& now) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const bool whole = now.mtime_ns % kSecond == 0;
  return written.size == now.size && (whole ? written.mtime_ns / kSecond == now.mtime_ns / kSecond : written == now);
}

bool same_sources(const Manifest& manifest, const fs::path& library) {
  for (const SourceFile& source : manifest.sources)
    if (source_hash(library, source.path) != source.hash) return false;
  return true;
}

bool describes(Manifest& manifest, const fs::path& library, const FileStamp& now) {
  if (!same_sources(manifest, library)) return false;
  if (same_stamp(manifest.stamp, now)) return true;
  if (manifest.stamp.size != now.size || manifest.hash != read_library_file(library).hash) return false;
  manifest.stamp = now;
  save_manifest(library, manifest);
  return true;
}

}  // namespace

fs::path manifest_beside(const fs::path& library) { return library.string() + ".json"; }

fs::path manifest_in_cache(const fs::path& library) {
  const fs::path folder = cache_folder();
  if (folder.empty()) return {};
  return folder / (library.filename().string() + "-" + hash_text(content_hash(library.string())) + ".json");
}

std::optional<Manifest> find_manifest(const fs::path& library) {
  const std::optional<FileStamp> now = stamp_of(library);
  if (!now) return std::nullopt;
  for (const fs::path& file : {manifest_beside(library), manifest_in_cache(library)}) {
    std::optional<Manifest> manifest = read_manifest(file);
    if (!manifest || !describes(*manifest, library, *now)) continue;
    manifest->file = file;
    return manifest;
  }
  return std::nullopt;
}

void save_manifest(const fs::path& library, const Manifest& manifest) {
  const std::string text = manifest_text(manifest);
  if (replace_file(manifest_beside(library), text)) return;
  const fs::path cached = manifest_in_cache(library);
  if (cached.empty()) return;
  std::error_code error;
  fs::create_directories(cached.parent_path(), error);
  replace_file(cached, text);
}

}  // namespace flowrun::registry
