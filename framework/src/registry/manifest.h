#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/description.h"
#include "registry/library_file.h"
#include "registry/plugin_abi.h"

namespace flowrun::registry {

/// A file or folder that a description was made from, and its state then.
struct SourceFile {
  std::string path;  ///< as the plugin said: absolute, or beside the library
  std::string hash;  ///< of a file's bytes; of a folder: of the names and bytes of the files directly in it
};

/// The present hash of such a file; empty when it cannot be read.
std::string source_hash(const std::filesystem::path& library, const std::string& path);

/// What is known of a plugin without its library: the file "<library>.json" beside it.
struct Manifest {
  std::string plugin;
  std::string version;
  std::string licence;
  FileStamp stamp;                   ///< of the library that it describes
  std::string hash;                  ///< of that library's bytes, see content_hash
  Description description;           ///< as the library handed it over
  std::vector<SourceFile> sources;   ///< the files that the description was made from
  std::filesystem::path file;        ///< that it was read from; empty: made from the library in this process
};

/// Throws Error when a file that the description names cannot be read.
Manifest make_manifest(const LibraryFile& library, const PluginAbi& abi, Description description);

/// The manifest as JSON text, and back. A text that is not JSON, lacks something, has wrong types or a wrong description, or was
/// written for another ABI gives none: the library is then described again.
std::string manifest_text(const Manifest& manifest);
std::optional<Manifest> parse_manifest(const std::string& text);

}  // namespace flowrun::registry
