#include "cohort/bids/ignore.h"

#include <fnmatch.h>

#include <fstream>
#include <sstream>

namespace flowrun {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;  // of a .bidsignore

using Parts = std::vector<std::string>;

Parts parts_of(const std::string& path) {
  Parts parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '/');)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

/// Whether a rule fits a path whole. `reached` marks the lengths of path that the rule's parts so far fit, so that rules of many
/// '**' take no longer than others.
bool fits(const Parts& rule, const Parts& path) {
  std::vector<bool> reached(path.size() + 1, false);
  reached[0] = true;
  for (std::size_t r = 0; r < rule.size(); ++r) {
    std::vector<bool> next(path.size() + 1, false);
    const bool is_last = r + 1 == rule.size();
    for (std::size_t p = 0; p <= path.size(); ++p) {
      if (rule[r] != "**") next[p] = p > 0 && reached[p - 1] && fnmatch(rule[r].c_str(), path[p - 1].c_str(), 0) == 0;
      else next[p] = (p > 0 && next[p - 1]) || (is_last ? p > 0 && reached[p - 1] : reached[p]);
    }
    reached = std::move(next);
  }
  return reached.back();
}

}  // namespace

BidsIgnore::BidsIgnore(const std::string& text) {
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line.front() == '#') continue;
    Rule rule;
    rule.takes_back = line.front() == '!';
    if (rule.takes_back) line.erase(0, 1);
    rule.folders_only = !line.empty() && line.back() == '/';
    rule.parts = parts_of(line);
    rule.anchored = rule.parts.size() > 1 || line.starts_with('/');
    if (!rule.parts.empty()) rules_.push_back(std::move(rule));
  }
}

BidsIgnore BidsIgnore::of_dataset(const std::filesystem::path& root) {
  std::error_code unused;
  if (!std::filesystem::is_regular_file(root / ".bidsignore", unused)) return {};  // a FIFO is not waited for
  std::ifstream stream(root / ".bidsignore", std::ios::binary);
  std::string text(kMostBytes, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return BidsIgnore(text);
}

bool BidsIgnore::decides(const std::string& path, bool is_folder) const {
  const Parts whole = parts_of(path);
  const Parts last{whole.empty() ? "" : whole.back()};
  bool ignored = false;
  for (const Rule& rule : rules_)
    if ((is_folder || !rule.folders_only) && fits(rule.parts, rule.anchored ? whole : last)) ignored = !rule.takes_back;
  return ignored;
}

bool BidsIgnore::ignores(const std::string& path, bool is_folder) const {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (decides(path.substr(0, slash), true)) return true;
  return decides(path, is_folder);
}

}  // namespace flowrun
