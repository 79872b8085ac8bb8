#include "registry/library_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "registry/content_hash.h"

namespace flowrun::registry {
namespace {

namespace fs = std::filesystem;

void require_regular_file(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) {
    const bool link = fs::is_symlink(fs::symlink_status(file, error));
    throw Error(quoted(file) + (link ? " is a link to a file that does not exist" : " does not exist"));
  }
  if (status.type() == fs::file_type::none) throw Error(quoted(file) + " cannot be read: " + error.message());
  if (fs::is_directory(status)) throw Error(quoted(file) + " is a folder, not a plugin's library");
  if (!fs::is_regular_file(status)) throw Error(quoted(file) + " is a device or a pipe, not a plugin's library");
}

constexpr std::uintmax_t kLargestLibrary = std::uintmax_t{1} << 30;

void require_size(const fs::path& file) {
  std::error_code error;
  if (const std::uintmax_t size = fs::file_size(file, error); !error && size > kLargestLibrary)
    throw Error(quoted(file) + " contains " + std::to_string(size >> 20) + " MiB, which is too large for a plugin's library; " +
                std::to_string(kLargestLibrary >> 20) + " MiB are the most");
}

}  // namespace

std::string hash_text(std::uint64_t hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; hash >>= 4) text[i] = kDigits[hash & 15];
  return text;
}

std::string quoted(const fs::path& file) { return "'" + file.string() + "'"; }

std::optional<FileStamp> stamp_of(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return std::nullopt;
  return FileStamp{info.st_size, std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

std::string read_bytes(const fs::path& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  // An empty file sets the fail bit of `bytes`, so only the input's state counts.
  if (stream) bytes << stream.rdbuf();
  if (!stream) throw Error(quoted(file) + " cannot be read: " + (errno ? std::strerror(errno) : "unknown reason"));
  return std::move(bytes).str();
}

LibraryFile read_library_file(const fs::path& file) {
  require_regular_file(file);
  LibraryFile library;
  library.path = fs::canonical(file);
  require_size(library.path);
  library.stamp = stamp_of(library.path).value_or(FileStamp{});
  library.bytes = read_bytes(library.path);
  if (library.bytes.empty()) throw Error(quoted(library.path) + " is empty; build or copy the plugin again");
  library.hash = hash_text(content_hash(library.bytes));
  return library;
}

bool replace_file(const fs::path& file, const std::string& text) {
  try {
    write_atomically(file, text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace flowrun::registry
