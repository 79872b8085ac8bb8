#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "flowrun/host/cohort.h"

namespace flowrun {

/// The files that the variants of a sweep write: each is of one variant, or the last one's would replace the others'.
class SweepFiles {
 public:
  /// `own`: what the sweep itself writes into its folder.
  SweepFiles(const std::filesystem::path& out, const std::vector<std::string>& own);

  /// Adds those of a variant. A sentence where another one, or the sweep, writes one of them; empty: none does. `out`: its
  /// folder; `values`: what it is called by.
  std::string add(const Cohort& cohort, const std::filesystem::path& out, const std::string& values);

 private:
  std::string place_of(const std::filesystem::path& file);

  std::map<std::string, std::string> writers_;            ///< by place: the values of a variant; empty: the sweep itself
  std::map<std::string, std::filesystem::path> folders_;  ///< by name: their places, links followed
};

}  // namespace flowrun
