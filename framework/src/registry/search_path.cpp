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

std::vector<fs::path> folder_of_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  return {program.parent_path().parent_path() / "lib" / "flowrun" / "plugins"};
}

}  // namespace

std::vector<fs::path> plugin_search_path(const std::vector<fs::path>& given) {
  std::vector<fs::path> path, seen;
  for (const auto& folders : {given, folders_of_environment(), folder_of_program()}) {
    for (const fs::path& folder : folders) {
      std::error_code error;
      fs::path real = fs::weakly_canonical(folder, error);
      if (error) real = folder.lexically_normal();
      if (real.filename().empty()) real = real.parent_path();  // "plugins/" is "plugins"
      if (std::find(seen.begin(), seen.end(), real) != seen.end()) continue;
      seen.push_back(real);
      path.push_back(folder);
    }
  }
  return path;
}

}  // namespace flowrun
