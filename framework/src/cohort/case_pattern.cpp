#include "cohort/case_pattern.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "cohort/natural_order.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "{case}";

bool has_star(std::string_view text) { return text.find('*') != std::string_view::npos; }

/// Plain text and stars, which are different values: a name may contain a '*' itself.
using Glob = std::vector<int>;
constexpr int kStar = -1;

/// `name` is what {case} stands for.
Glob glob_of(std::string_view pattern, std::string_view name) {
  Glob glob;
  while (!pattern.empty()) {
    const bool is_name = pattern.starts_with(kName);
    const std::string_view text = is_name ? name : pattern.substr(0, 1);
    for (const char c : text) glob.push_back(!is_name && c == '*' ? kStar : static_cast<unsigned char>(c));
    pattern.remove_prefix(is_name ? kName.size() : 1);
  }
  return glob;
}

/// Only the last star that was met is ever taken back, so the time is at most the product of the lengths.
bool fits(const Glob& glob, std::string_view text) {
  std::size_t at = 0, star = glob.size(), taken_to = 0;
  for (std::size_t next = 0; next < text.size();) {
    if (at < glob.size() && glob[at] == kStar) {
      star = at++;
      taken_to = next;
    } else if (at < glob.size() && glob[at] == static_cast<unsigned char>(text[next])) {
      ++at;
      ++next;
    } else if (star < glob.size()) {
      at = star + 1;
      next = ++taken_to;
    } else {
      return false;
    }
  }
  return std::all_of(glob.begin() + static_cast<std::ptrdiff_t>(at), glob.end(), [](int one) { return one == kStar; });
}

/// What {case} may stand for where a pattern of one name fits a text, the first and shortest before others; none: it does not
/// fit. `name`: what it stands for already; empty: not known yet.
std::vector<std::string> names_in(std::string_view pattern, std::string_view text, const std::string& name) {
  const std::size_t place = name.empty() ? pattern.find(kName) : std::string_view::npos;
  if (place == std::string_view::npos) return fits(glob_of(pattern, name), text) ? std::vector{name} : std::vector<std::string>{};
  const Glob before = glob_of(pattern.substr(0, place), "");
  const std::string_view after = pattern.substr(place + kName.size());
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!fits(before, text.substr(0, begin))) continue;
    for (std::size_t end = begin + 1; end <= text.size(); ++end) {
      std::string found(text.substr(begin, end - begin));
      if (fits(glob_of(after, found), text.substr(end))) names.push_back(std::move(found));
    }
  }
  return names;
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
      if (!name.empty() && is_there(path)) found_.push_back({name, path});
      return;
    }
    const std::string& part = parts_[index];
    if (has_star(part) || (name.empty() && part.find(kName) != std::string::npos)) return search(index, path, part, name);
    const std::string plain = with_name(part, name);
    go(index + 1, index == 0 ? (plain.empty() ? "/" : plain) : join(path, plain), name);
  }

  std::vector<CasePattern::Match> found() && { return std::move(found_); }

 private:
  /// A link to nothing is there too: its case is not to be lost without a word.
  static bool is_there(const std::string& path) {
    const ContentState state = content_of(path).state;
    return state == ContentState::here || leads_nowhere(state);
  }

  static bool leads_nowhere(ContentState state) { return state == ContentState::broken_link || state == ContentState::dropped; }

  /// A folder that is a link to nothing: of a case where that is known already.
  void note_lost_folder(const std::string& path, const std::string& name) {
    const FileContent content = content_of(path);
    if (!leads_nowhere(content.state)) return;
    if (name.empty()) unreadable_.push_back("'" + path + "', which " + content.why);
    else found_.push_back({name, path});
  }

  static std::string join(const std::string& folder, const std::string& part) {
    return folder.empty() || folder.back() == '/' ? folder + part : folder + "/" + part;
  }

  void search(std::size_t index, const std::string& path, const std::string& part, const std::string& name) {
    std::error_code failure;
    fs::directory_iterator entry(path.empty() ? "." : path, failure);
    if (failure && failure != std::errc::no_such_file_or_directory && failure != std::errc::not_a_directory &&
        failure != std::errc::too_many_symbolic_link_levels)
      unreadable_.push_back("'" + path + "': " + failure.message());
    else if (failure) note_lost_folder(path, name);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
      const std::string text = entry->path().filename().string();
      const char first = part.starts_with(kName) && !name.empty() ? name.front() : part.front();
      if (text.front() == '.' && first != '.') continue;
      const std::size_t before = found_.size();
      for (const std::string& bound : names_in(part, text, name)) {
        go(index + 1, join(path, text), bound);
        if (found_.size() > before) break;  // p_1_x may be p or p_1: what the rest of the pattern finds decides
      }
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
