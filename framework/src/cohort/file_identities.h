#pragma once

#include <map>
#include <set>
#include <string>

namespace flowrun {

/// What files have in common that are the same: their path through links, or their content. Files of a size of
/// their own are not read, and as a whole only those of one size with the same bytes in their middle.
class FileIdentities {
 public:
  explicit FileIdentities(const std::set<std::string>& paths);
  /// A text that is equal for two of `paths` if they are the same file, or files of the same content.
  const std::string& of(const std::string& path) const { return names_.at(path); }

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace flowrun
