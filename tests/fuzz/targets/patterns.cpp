// A pattern of file names, as --cases takes them, over an artificial tree: the first line is the pattern, the others are paths.
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "cohort/case_pattern.h"
#include "support/target.h"
#include "support/tree.h"

using namespace flowrun;

namespace {

constexpr std::size_t kMostFiles = 24;
constexpr std::size_t kLongestPattern = 1024;

/// Folders of the machine do not count as a tree: the pattern stays below the scratch folder.
bool stays_inside(std::string_view pattern) {
  return pattern.size() <= kLongestPattern && pattern.find("..") == std::string_view::npos &&
         pattern.find('\0') == std::string_view::npos;
}

/// The pattern of the C library that finds one case's files, with all but '*' taken as it stands.
std::string as_glob(const std::string& text, const std::string& name) {
  std::string glob;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_name = text.compare(at, 6, "{case}") == 0;
    for (const char c : is_name ? name : text.substr(at, 1)) {
      if ((is_name || c != '*') && c != '/') glob += '\\';
      glob += c;
    }
    at += is_name ? 6 : 1;
  }
  return glob;
}

bool glob_fits(const CasePattern& pattern, const std::string& name, const std::string& path) {
  return ::fnmatch(as_glob(pattern.text(), name).c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
}

/// Slashes in a row are one.
bool has_plain_slashes(const std::string& text) { return text.find("//") == std::string::npos && text.back() != '/'; }

void look_at_matches(const CasePattern& pattern, const std::vector<std::string>& files) {
  std::vector<std::string> unreadable;
  const std::vector<CasePattern::Match> found = pattern.find("", unreadable);
  std::set<std::string> names, paths;
  for (const CasePattern::Match& match : found) {
    fuzz::require(!match.name.empty() && match.name.find('/') == std::string::npos, "a name is one of a file or folder");
    fuzz::require(std::filesystem::exists(match.path), "what is found is there");
    fuzz::require(paths.insert(match.path).second, "each file is found once");
    if (has_plain_slashes(pattern.text()))
      fuzz::require(glob_fits(pattern, match.name, match.path), "what is found fits the pattern");
    names.insert(match.name);
  }
  for (const std::string& name : names) {
    const auto again = pattern.find(name, unreadable);
    for (const CasePattern::Match& match : found)
      fuzz::require(
          match.name != name || std::any_of(again.begin(), again.end(), [&](const auto& one) { return one.path == match.path; }),
          "a case is found by its name too");
    if (!has_plain_slashes(pattern.text())) continue;
    for (const std::string& file : files)
      fuzz::require(!glob_fits(pattern, name, file) ||
                        std::any_of(again.begin(), again.end(), [&](const auto& one) { return one.path == file; }),
                    "no file of a case is missed");
  }
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchTree kTree;
  const std::vector<std::string_view> lines = lines_of(bytes);
  if (lines.empty() || !stays_inside(lines.front())) return;
  accepts([&] {
    CasePattern(std::string(lines.front())).fixed_folder();
    const CasePattern pattern(kTree.root().string() + "/" + std::string(lines.front()));
    kTree.begin();
    std::vector<std::string> files;
    for (std::size_t i = 1; i < std::min(lines.size(), kMostFiles); ++i)
      if (kTree.add(lines[i], "") && lines[i].back() != '/')
        files.push_back((kTree.root() / lines[i]).lexically_normal().string());
    look_at_matches(pattern, files);
  });
}
