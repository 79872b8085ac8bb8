#include "case_pattern.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "flowrun/sdk/error.h"
#include "natural_order.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "{case}";

bool varies(const std::string& part) { return part.find('*') != std::string::npos || part.find(kName) != std::string::npos; }

/// Whether a pattern of one name fits a text. `name` is what {case} stands for; empty: not known yet, and then filled in.
bool fits(std::string_view pattern, std::string_view text, std::string& name) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t taken = 0; taken <= text.size(); ++taken)
      if (fits(pattern.substr(1), text.substr(taken), name)) return true;
    return false;
  }
  if (!pattern.starts_with(kName))
    return !text.empty() && pattern.front() == text.front() && fits(pattern.substr(1), text.substr(1), name);
  const std::string_view rest = pattern.substr(kName.size());
  if (!name.empty()) return text.starts_with(name) && fits(rest, text.substr(name.size()), name);
  for (std::size_t taken = 1; taken <= text.size(); ++taken) {
    name = text.substr(0, taken);
    if (fits(rest, text.substr(taken), name)) return true;
    name.clear();
  }
  return false;
}

std::string with_name(std::string part, const std::string& name) {
  for (std::size_t at = part.find(kName); at != std::string::npos; at = part.find(kName, at + name.size()))
    part.replace(at, kName.size(), name);
  return part;
}

/// Walks the folders that a pattern leads through.
class Walk {
 public:
  Walk(const std::vector<std::string>& parts, std::vector<std::string>& unreadable) : parts_(parts), unreadable_(unreadable) {}

  void go(std::size_t index, const std::string& path, const std::string& name) {
    if (index == parts_.size()) {
      std::error_code unused;
      if (!name.empty() && fs::exists(path, unused)) found_.push_back({name, path});
      return;
    }
    const std::string part = name.empty() ? parts_[index] : with_name(parts_[index], name);
    if (varies(part)) search(index, path, part, name);
    else go(index + 1, index == 0 ? (part.empty() ? "/" : part) : join(path, part), name);
  }

  std::vector<CasePattern::Match> found() && { return std::move(found_); }

 private:
  static std::string join(const std::string& folder, const std::string& part) {
    return folder.empty() || folder.back() == '/' ? folder + part : folder + "/" + part;
  }

  void search(std::size_t index, const std::string& path, const std::string& part, const std::string& name) {
    std::error_code failure;
    fs::directory_iterator entry(path.empty() ? "." : path, failure);
    if (failure && failure != std::errc::no_such_file_or_directory && failure != std::errc::not_a_directory)
      unreadable_.push_back("'" + path + "': " + failure.message());
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
      const std::string text = entry->path().filename().string();
      if (text.front() == '.' && part.front() != '.') continue;
      std::string bound = name;
      if (fits(part, text, bound)) go(index + 1, join(path, text), bound);
    }
  }

  const std::vector<std::string>& parts_;
  std::vector<std::string>& unreadable_;
  std::vector<CasePattern::Match> found_;
};

}  // namespace

CasePattern::CasePattern(std::string text) : text_(std::move(text)) {
  const std::string what = "pattern '" + text_ + "': ";
  for (std::size_t open = text_.find('{'); open != std::string::npos; open = text_.find('{', open + 1)) {
    const std::size_t close = text_.find('}', open);
    if (text_.compare(open, kName.size(), kName) != 0)
      throw Error(what + "'" + text_.substr(open, close == std::string::npos ? close : close - open + 1) +
                  "' means nothing; {case} stands for a case's name and '*' for any text");
  }
  for (const char* unclear : {"**", "*{case}", "{case}*", "{case}{case}"})
    if (text_.find(unclear) != std::string::npos)
      throw Error(what + "'" + unclear + "' leaves open where a name ends; write what stands between");
  for (std::size_t begin = 0; begin <= text_.size();) {
    const std::size_t slash = std::min(text_.find('/', begin), text_.size());
    if (slash > begin || begin == 0) parts_.push_back(text_.substr(begin, slash - begin));
    begin = slash + 1;
  }
}

std::vector<CasePattern::Match> CasePattern::find(const std::string& name, std::vector<std::string>& unreadable) const {
  Walk walk(parts_, unreadable);
  walk.go(0, "", name);
  auto found = std::move(walk).found();
  std::sort(found.begin(), found.end(),
            [](const Match& a, const Match& b) { return a.name != b.name ? natural_less(a.name, b.name) : a.path < b.path; });
  return found;
}

std::string CasePattern::path_of(const std::string& name) const { return with_name(text_, name); }

std::string CasePattern::fixed_folder() const {
  const std::size_t first = std::min(text_.find('*'), text_.find(kName));
  const std::size_t slash = text_.rfind('/', first);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : text_.substr(0, slash);
}

}  // namespace flowrun
