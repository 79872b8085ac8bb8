#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 5000, kMostLevels = 32, kMostEntries = 200'000;

/// Whether a library is a module of Python: a plugin in C++ beside a script is none.
bool is_extension_module(const fs::path& file) {
  const std::string name = file.filename().string(), init = "PyInit_" + name.substr(0, name.find('.'));
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return bytes.find(init) != std::string::npos;
}

bool is_importable(const fs::path& file) {
  const fs::path kind = file.extension();
  std::error_code unknown;
  if (kind != ".py" && kind != ".pyc" && kind != ".so") return false;
  return fs::is_regular_file(file, unknown) && (kind != ".so" || is_extension_module(file));
}

/// Looks through a plugin's folder. A folder needs no __init__.py: Python imports from one without it too.
class Search {
 public:
  explicit Search(const fs::path& script) : script_(script), from_(script.parent_path()) {}

  std::vector<std::string> files() && {
    look_in(from_, 0);
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  void look_in(const fs::path& folder, std::size_t level) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (!error && !seen_.insert(real).second) return;  // links to folders may lead in a circle
    if (level > kMostLevels) refuse("folders of more than " + std::to_string(kMostLevels) + " levels");
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (++looked_at_ > kMostEntries) refuse("more than " + std::to_string(kMostEntries) + " files");
      entries.push_back(*at);
    }
    if (error == std::errc::permission_denied && level > 0) return;  // Python cannot read it either
    if (error) throw Error("may import from its folder, but '" + folder.string() + "' cannot be read: " + error.message());
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& entry : entries) look_at(entry, level);
  }

  void look_at(const fs::directory_entry& entry, std::size_t level) {
    std::error_code unknown;
    const fs::path& file = entry.path();
    const std::string name = file.filename().string();
    if (entry.is_directory(unknown)) {
      // No import statement names a folder with a dot (.git, an environment's python3.11); a __pycache__ follows sources.
      if (name.find('.') == std::string::npos && name != "__pycache__") look_in(file, level + 1);
      return;
    }
    if (file == script_ || !is_importable(file)) return;
    if (found_.size() == kMostFiles) refuse("more than " + std::to_string(kMostFiles) + " files that Python can import");
    found_.push_back(file.lexically_relative(from_).generic_string());
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error("lies in a folder with " + what +
                ", of which a change would have to be seen; put it into a folder of its own, with what it imports");
  }

  const fs::path& script_;
  const fs::path from_;
  std::set<fs::path> seen_;
  std::size_t looked_at_ = 0;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> script_helpers(const fs::path& script) { return Search(script).files(); }

}  // namespace flowrun
