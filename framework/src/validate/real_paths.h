#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>

namespace flowrun::checks {

/// Absolute paths without links and dots, also of files that are not there yet. Remembers folders: cohorts name many files in
/// few.
class RealPaths {
 public:
  std::string of(const std::string& path);

 private:
  std::unordered_map<std::string, std::string> folders_;
};

/// Whether a real path is the real folder or lies in it.
bool lies_in(const std::string& path, const std::string& folder);

}  // namespace flowrun::checks
