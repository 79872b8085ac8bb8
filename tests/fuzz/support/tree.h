// An artificial tree of folders and files for one input.
#pragma once

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "support/target.h"

namespace flowrun::fuzz {

/// Makes files in a folder of its own, which is empty again when the next tree begins.
class ScratchTree {
 public:
  ScratchTree() : anchor_("tree") {}

  /// Forgets what was there.
  void begin() const {
    std::filesystem::remove_all(root());
    std::filesystem::create_directory(root());
  }

  /// Whether it was made: a name that leads out, or that no file system takes, makes nothing. A '/' at the end: a folder.
  bool add(std::string_view path, std::string_view content) const {
    constexpr std::size_t kDeepest = 6;
    const std::filesystem::path relative(path);
    std::size_t depth = 0;
    for (const auto& part : relative)
      if (part == ".." || part.native().size() > 255 || ++depth > kDeepest) return false;
    if (path.empty() || relative.is_absolute() || path.find('\0') != std::string_view::npos) return false;
    const std::filesystem::path file = root() / relative;
    std::error_code failed;
    if (path.back() == '/') return std::filesystem::create_directories(file, failed);
    std::filesystem::create_directories(file.parent_path(), failed);
    if (failed || std::filesystem::exists(file, failed)) return false;
    std::FILE* stream = std::fopen(file.c_str(), "wb");
    if (!stream) return false;
    std::fwrite(content.data(), 1, content.size(), stream);
    return std::fclose(stream) == 0;
  }

  /// A link, to nothing, to itself or to what it likes within the tree. Made after all files, for those would be written through
  /// it.
  bool add_link(std::string_view path, std::string_view target) const {
    const std::filesystem::path relative(path), to(target);
    for (const auto* one : {&relative, &to})
      if (one->empty() || one->is_absolute() || one->native().find('\0') != std::string::npos) return false;
    const auto leads_up = [](const std::filesystem::path& part) { return part == ".."; };
    if (std::any_of(relative.begin(), relative.end(), leads_up)) return false;
    if (std::count_if(to.begin(), to.end(), leads_up) >= std::distance(relative.begin(), relative.end())) return false;
    std::error_code failed;
    std::filesystem::create_directories((root() / relative).parent_path(), failed);
    if (!failed) std::filesystem::create_symlink(to, root() / relative, failed);
    return !failed;
  }

  const std::filesystem::path& root() const { return anchor_.path(); }

 private:
  ScratchFile anchor_;
};

/// The lines of a text, without their ends.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace flowrun::fuzz
