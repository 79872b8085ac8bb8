#include "validate/real_paths.h"

#include <list>

#include "flowrun/host/contained.h"

namespace flowrun::checks {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // of one path, as in Linux

void put_in_front(std::list<fs::path>& left, const fs::path& path) { left.insert(left.begin(), path.begin(), path.end()); }

/// std::filesystem::weakly_canonical leaves a link as it is when what it leads to is not there; a writer would follow it.
std::string resolved_whole(const fs::path& path) {
  std::error_code failure;
  std::list<fs::path> left;
  put_in_front(left, fs::absolute(path, failure));
  fs::path real = "/";
  for (int links = 0; !left.empty();) {
    const fs::path part = left.front();
    left.pop_front();
    if (part.empty() || part == "/" || part == ".") continue;
    if (part == "..") {
      real = real.parent_path();
      continue;
    }
    const fs::path next = real / part;
    const bool link = links < kMostLinks && fs::is_symlink(fs::symlink_status(next, failure));
    const fs::path target = link ? fs::read_symlink(next, failure) : fs::path();
    if (target.empty()) {
      real = next;
      continue;
    }
    ++links;
    if (target.is_absolute()) real = "/";
    put_in_front(left, target);
  }
  return real.string();
}

}  // namespace

std::string RealPaths::of(const std::string& path) {
  const fs::path given(path);
  const fs::path name = given.filename();
  std::error_code failure;
  if (name.empty() || name == "." || name == ".." || fs::is_symlink(fs::symlink_status(given, failure)))
    return resolved_whole(given);
  const auto [folder, is_new] = folders_.try_emplace(given.parent_path().string());
  if (is_new) folder->second = resolved_whole(given.has_parent_path() ? given.parent_path() : ".");
  return folder->second == "/" ? "/" + name.string() : folder->second + "/" + name.string();
}

bool lies_in(const std::string& path, const std::string& folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace flowrun::checks

namespace flowrun {

bool lies_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  checks::RealPaths real;
  return checks::lies_in(real.of((path / ".").string()), real.of((folder / ".").string()));
}

}  // namespace flowrun
