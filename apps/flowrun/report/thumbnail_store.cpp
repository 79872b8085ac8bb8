#include "report/thumbnail_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <sstream>

#include "flowrun/host/file_content.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/page_text.h"
#include "report/thumbnail.h"

namespace flowrun {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::string_view kFirstLine = "flowrun thumbnails 1\n";

/// Size, times and inode; empty: the file cannot be looked at.
std::string stamp_of(const std::filesystem::path& file) {
  struct stat found;
  if (::stat(file.c_str(), &found) != 0) return "";
  return fmt::format("{},{}.{:09},{}.{:09},{}", found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ctim.tv_sec,
                     found.st_ctim.tv_nsec, found.st_ino);
}

/// The text goes into a page as it is.
bool is_base64(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
  });
}

}  // namespace

ThumbnailStore::ThumbnailStore(const std::filesystem::path& page)
    : folder_(page.parent_path()), file_(folder_ / "flowrun" / (page.stem().string() + ".thumbnails")) {
  std::string text;
  try {
    text = read_plain_file(file_, kMostBytes);
  } catch (const Error&) {
    return;
  }
  if (!text.starts_with(kFirstLine)) return;
  std::istringstream lines(text.substr(kFirstLine.size()));
  std::string picture, stamp, thumbnail;
  while (std::getline(lines, picture, '\t') && std::getline(lines, stamp, '\t') && std::getline(lines, thumbnail, '\n'))
    if (is_base64(thumbnail)) entries_[picture] = {stamp, thumbnail, false};
}

const std::string& ThumbnailStore::thumbnail(const std::string& picture) {
  const std::string stamp = stamp_of(folder_ / picture);
  Entry& entry = entries_[picture];
  if (entry.stamp != stamp || stamp.empty()) {
    entry = {stamp, base64(thumbnail_png(folder_ / picture)), true};
    changed_ = true;
  }
  entry.used = true;
  return entry.base64;
}

void ThumbnailStore::save() const {
  if (!changed_) return;
  std::string text(kFirstLine);
  for (const auto& [picture, entry] : entries_) {
    const bool plain = picture.find_first_of("\t\n") == std::string::npos;
    if (entry.used && plain && !entry.stamp.empty()) text += picture + "\t" + entry.stamp + "\t" + entry.base64 + "\n";
  }
  try {
    write_atomically(file_, text);
  } catch (const Error&) {
  }
}

}  // namespace flowrun
