#include "records/file_parts.h"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string_view>

namespace flowrun::records {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 100'000;
constexpr std::size_t kFirstLook = 4096;  ///< of a file that may be a header
constexpr std::size_t kLongestHeader = 1 << 16;

bool is_file(const fs::path& path) {
  std::error_code unknown;
  return fs::is_regular_file(path, unknown);
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

std::string beginning_of(const fs::path& file, std::size_t bytes) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(bytes, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

/// The field by which a text header names its data; empty: the file is none.
std::string data_field(const std::string& beginning) {
  if (beginning.starts_with("NRRD000")) return "datafile";
  const bool meta = beginning.find("NDims") != std::string::npos || beginning.find("ObjectType") != std::string::npos;
  return meta ? "elementdatafile" : "";
}

/// What stands behind the field, and the lines after it: the names of a list.
std::vector<std::string> data_names(const std::string& text, const std::string& field) {
  std::istringstream lines(text);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line) && names.size() < kMostFiles;) {
    line = trimmed(line);
    if (!names.empty()) {
      if (line.empty()) break;
      names.push_back(line);
      continue;
    }
    if (line.empty() && field == "datafile") break;  // the end of an NRRD header
    const std::size_t sign = line.find_first_of(":=");
    std::string key = lower_case(line.substr(0, sign));
    std::erase_if(key, [](char c) { return c == ' ' || c == '\t'; });
    if (sign != std::string::npos && key == field) names.push_back(trimmed(line.substr(sign + 1)));
  }
  if (!names.empty() && !lower_case(names.front()).starts_with("list")) names.resize(1);
  return names;
}

/// Whether a file that a header names lies below the header's folder, links followed: readers take no other (docs/security.md).
bool lies_below(const fs::path& file, const fs::path& folder) {
  std::error_code unknown;
  const fs::path real = fs::weakly_canonical(file, unknown), top = fs::weakly_canonical(folder.empty() ? "." : folder, unknown);
  return std::mismatch(top.begin(), top.end(), real.begin(), real.end()).first == top.end();
}

/// `name` may be absolute; then the folder does not count.
void add_named(const fs::path& folder, const std::string& name, std::vector<FilePart>& parts) {
  const fs::path file = folder / name;
  if (!name.empty() && is_file(file) && lies_below(file, folder)) parts.push_back({name, file});
}

/// "slice%03d.raw 1 20 1" names files by their numbers: taken are all that begin and end as it does.
void add_numbered(const fs::path& folder, const std::string& pattern, std::vector<FilePart>& parts) {
  const std::string name = pattern.substr(0, pattern.find(' '));
  const std::size_t percent = name.find('%'), letter = name.find_first_of("di", percent);
  if (letter == std::string::npos) return;
  const fs::path begin = name.substr(0, percent);
  const std::string stem = begin.filename().string(), end = name.substr(letter + 1);
  std::vector<FilePart> found;
  std::error_code failed;
  const fs::path among = folder / begin.parent_path();
  for (auto entry = fs::directory_iterator(among.empty() ? "." : among, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string file = entry->path().filename().string();
    if (file.starts_with(stem) && file.ends_with(end) && is_file(entry->path()) && lies_below(entry->path(), folder))
      found.push_back({file, entry->path()});
  }
  std::sort(found.begin(), found.end(), [](const FilePart& a, const FilePart& b) { return a.name < b.name; });
  parts.insert(parts.end(), found.begin(), found.end());
}

/// Files that were no headers, with all that changes when their content does, so that each is opened once and not at every look.
class NoHeaders {
 public:
  bool has(const fs::path& file) {
    const std::string state = state_of(file);
    const std::lock_guard lock(mutex_);
    const auto known = states_.find(file.string());
    return known != states_.end() && !state.empty() && known->second == state;
  }
  void add(const fs::path& file) {
    const std::string state = state_of(file);
    const std::lock_guard lock(mutex_);
    if (states_.size() >= kMostFiles) states_.clear();
    if (!state.empty()) states_[file.string()] = state;
  }

 private:
  /// Empty: not known, or so young that one more change could leave the same times.
  static std::string state_of(const fs::path& file) {
    struct stat status {};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (::stat(file.c_str(), &status) != 0 || now.tv_sec - status.st_ctim.tv_sec < kYoungSeconds) return "";
    std::string state;
    for (const auto number : {static_cast<long long>(status.st_dev), static_cast<long long>(status.st_ino),
                              static_cast<long long>(status.st_size), static_cast<long long>(status.st_ctim.tv_sec),
                              static_cast<long long>(status.st_ctim.tv_nsec), static_cast<long long>(status.st_mtim.tv_nsec)})
      state += std::to_string(number) + ' ';
    return state;
  }
  static constexpr int kYoungSeconds = 3;

  std::mutex mutex_;
  std::map<std::string, std::string> states_;
};

void add_data(const fs::path& header, std::vector<FilePart>& parts) {
  static NoHeaders no_headers;
  if (no_headers.has(header)) return;
  const std::string field = data_field(beginning_of(header, kFirstLook));
  if (field.empty()) return no_headers.add(header);
  const fs::path folder = header.parent_path();
  for (const std::string& name : data_names(beginning_of(header, kLongestHeader), field)) {
    add_named(folder, name, parts);
    if (name.find('%') != std::string::npos) add_numbered(folder, name, parts);
  }
}

/// Analyze and NIfTI images in two files.
void add_other_half(const fs::path& file, std::vector<FilePart>& parts) {
  std::string stem = file.filename().string();
  if (lower_case(stem).ends_with(".gz")) stem.resize(stem.size() - 3);
  const std::string end = lower_case(fs::path(stem).extension().string());
  if (end != ".hdr" && end != ".img") return;
  stem = fs::path(stem).stem().string();
  for (const char* other : {".hdr", ".hdr.gz", ".img", ".img.gz", ".HDR", ".IMG"})
    if (stem + other != file.filename().string()) add_named(file.parent_path(), stem + other, parts);
}

std::vector<FilePart> files_in(const fs::path& folder) {
  std::vector<FilePart> parts;
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed); !failed && entry != fs::recursive_directory_iterator();
       entry.increment(failed)) {
    if (!is_file(entry->path())) continue;
    if (parts.size() == kMostFiles) return {};
    parts.push_back({entry->path().lexically_relative(folder).string(), entry->path()});
  }
  if (failed) return {};
  std::sort(parts.begin(), parts.end(), [](const FilePart& a, const FilePart& b) { return a.name < b.name; });
  return parts;
}

}  // namespace

std::vector<FilePart> parts_of(const fs::path& path) {
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) return files_in(path);
  std::vector<FilePart> parts;
  if (!is_file(path)) return parts;
  parts.push_back({"", path});
  add_data(path, parts);
  add_other_half(path, parts);
  return parts;
}

}  // namespace flowrun::records
