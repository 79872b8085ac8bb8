#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

/// The rules of a .bidsignore file, which are written as those of a .gitignore: globs, '/' to tie one to the root or to folders,
/// '**' for any folders, '!' to take back, '#' for comments. The last rule that fits counts.
class BidsIgnore {
 public:
  BidsIgnore() = default;
  explicit BidsIgnore(const std::string& text);
  /// The file's rules; none where there is no file.
  static BidsIgnore of_dataset(const std::filesystem::path& root);

  /// `path` starts at the root of the data set, without a slash in front. A path in an ignored folder is ignored.
  bool ignores(const std::string& path, bool is_folder) const;

 private:
  struct Rule {
    std::vector<std::string> parts;  ///< between the slashes
    bool anchored = false;
    bool folders_only = false;
    bool takes_back = false;
  };
  bool decides(const std::string& path, bool is_folder) const;

  std::vector<Rule> rules_;
};

}  // namespace flowrun
