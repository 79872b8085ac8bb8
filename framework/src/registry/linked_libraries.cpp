#include "flowrun/host/linked_libraries.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "registry/elf_segments.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using registry::ElfSegments;
using Folders = std::vector<fs::path>;

constexpr std::size_t kMostLibraries = 1000;

/// Folders with ':' between them, as run paths and LD_LIBRARY_PATH have them.
Folders folders_in(const std::string& text, const fs::path& origin) {
  Folders folders;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ':');) {
    for (const std::string token : {"${ORIGIN}", "$ORIGIN"})
      for (std::size_t at = 0; (at = part.find(token, at)) != std::string::npos; at += origin.string().size())
        part.replace(at, token.size(), origin.string());
    folders.push_back(part.empty() ? "." : part);
  }
  return folders;
}

Folders folders_of(ElfSegments& library, std::int64_t tag, const fs::path& origin) {
  Folders folders;
  for (const std::string& text : library.texts(tag))
    for (fs::path& folder : folders_in(text, origin)) folders.push_back(std::move(folder));
  return folders;
}

/// Whether the loader looks there in any case: what lies there belongs to the system, as its C library does.
bool is_of_system(const fs::path& folder) {
  std::error_code unknown;
  const fs::path real = fs::canonical(folder, unknown);
  const fs::path above = real.filename().string().ends_with("-linux-gnu") ? real.parent_path() : real;
  return above == "/lib" || above == "/usr/lib" || above == "/lib64" || above == "/usr/lib64";
}

/// Those that a system was given beside its own, such as /usr/local/lib. Its order counts, so its own are among them.
const Folders& configured_folders() {
  static const Folders kFolders = [] {
    std::vector<fs::path> files;
    std::error_code none;
    for (auto entry = fs::directory_iterator("/etc/ld.so.conf.d", none); !none && entry != fs::directory_iterator();
         entry.increment(none))
      files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    Folders folders;
    for (const fs::path& file : files) {
      std::ifstream stream(file);
      for (std::string line; std::getline(stream, line);)
        if (line.starts_with('/')) folders.emplace_back(line.substr(0, line.find_last_not_of(" \t\r") + 1));
    }
    for (const char* own : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"}) folders.emplace_back(own);
    return folders;
  }();
  return kFolders;
}

class Search {
 public:
  /// `inherited`: run paths of the kind that applies to everything below (DT_RPATH), of those that led here.
  void look_below(const fs::path& library, Folders inherited) {
    const fs::path origin = fs::absolute(library).parent_path();
    ElfSegments file(library);
    const Folders own = folders_of(file, DT_RUNPATH, origin);
    Folders folders;
    if (own.empty()) {
      const Folders rpath = folders_of(file, DT_RPATH, origin);
      inherited.insert(inherited.begin(), rpath.begin(), rpath.end());
      folders = inherited;
    }
    const char* const variable = std::getenv("LD_LIBRARY_PATH");
    for (fs::path& folder : folders_in(variable ? variable : "", origin)) folders.push_back(std::move(folder));
    for (const Folders* more : {&own, &configured_folders()}) folders.insert(folders.end(), more->begin(), more->end());
    for (const std::string& name : file.texts(DT_NEEDED)) find(name, folders, inherited);
  }

  std::vector<fs::path> found;

 private:
  void find(const std::string& name, const Folders& folders, const Folders& inherited) {
    if (found.size() == kMostLibraries || !names_.insert(name).second) return;  // a name is loaded once
    std::error_code unknown;
    const bool is_path = name.find('/') != std::string::npos;
    for (const fs::path& folder : is_path ? Folders{""} : folders) {
      const fs::path file = is_path ? fs::path(name) : folder / name;
      if (!fs::is_regular_file(file, unknown)) continue;
      if (is_of_system(file.parent_path())) return;
      found.push_back(file);
      return look_below(file, inherited);
    }
  }

  std::set<std::string> names_;
};

}  // namespace

std::vector<fs::path> linked_libraries(const fs::path& library) {
  std::error_code missing;
  const fs::path real = fs::canonical(library, missing);
  Search search;
  if (!missing) search.look_below(real, {});
  return std::move(search.found);
}

std::string build_id(const fs::path& library) {
  std::string digits;
  for (const char byte : ElfSegments(library).gnu_note(NT_GNU_BUILD_ID)) {
    digits += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    digits += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
  return digits;
}

}  // namespace flowrun
