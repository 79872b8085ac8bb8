#include "validate/real_paths.h"

namespace flowrun::checks {
namespace {

namespace fs = std::filesystem;

std::string resolved_whole(const fs::path& path) {
  std::error_code failure;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path, failure), failure);
  std::string text = failure ? fs::absolute(path, failure).lexically_normal().string() : whole.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();  // stays where the folder is not there yet
  return text;
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
