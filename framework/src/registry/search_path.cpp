#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "flowrun/host/registry.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_of_environment() {
  std::vector<fs::path> folders;
  const char* const variable = std::getenv("FLOWRUN_PLUGIN_PATH");
  std::istringstream text(variable ? variable : "");
  for (std::string folder; std::getline(text, folder, ':');)
    if (!folder.empty()) folders.emplace_back(folder);
  return folders;
}

std::vector<fs::path> each_once(const std::vector<std::vector<fs::path>>& lists) {
  std::vector<fs::path> path, seen;
  for (const auto& folders : lists) {
    for (const fs::path& folder : folders) {
      std::error_code error;
      fs::path real = fs::weakly_canonical(folder, error);
      if (error) real = folder.lexically_normal();
      if (real.filename().empty()) real = real.parent_path();  // "plugins/" is "plugins"
      if (folder.empty() || std::find(seen.begin(), seen.end(), real) != seen.end()) continue;
      seen.push_back(real);
      path.push_back(folder);
    }
  }
  return path;
}

}  // namespace

fs::path own_plugin_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path().parent_path() / "lib" / "flowrun" / "plugins";
}

std::vector<fs::path> named_plugin_folders(const std::vector<fs::path>& given) {
  return each_once({given, folders_of_environment()});
}

std::vector<fs::path> plugin_search_path(const std::vector<fs::path>& given) {
  return each_once({given, folders_of_environment(), {own_plugin_folder()}});
}

}  // namespace flowrun
