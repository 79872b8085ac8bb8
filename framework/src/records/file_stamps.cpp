#include "flowrun/host/file_stamps.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "records/file_parts.h"

namespace flowrun::records {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kYoung = 2 * kSecond;  ///< file systems have clocks as coarse as that

std::int64_t nanoseconds(const timespec& time) { return static_cast<std::int64_t>(time.tv_sec) * kSecond + time.tv_nsec; }

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

std::string marks_of(const struct stat& status) {
  return std::to_string(status.st_ino) + "-" + std::to_string(nanoseconds(status.st_ctim));
}

struct Look {
  FileStamp stamp;
  std::int64_t youngest_ns = 0;  ///< the latest change of any of the files
};

/// Of a folder its own time counts too: it changes when a file comes or goes.
void add_folder(const std::string& path, Look& look) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return;
  look.stamp.size = 0;
  look.stamp.mtime_ns = nanoseconds(status.st_mtim);
  look.youngest_ns = nanoseconds(status.st_ctim);
}

Look look_closely(const std::string& path) {
  Look look{{path, -1, 0, "", ""}, 0};
  add_folder(path, look);
  const bool is_folder = look.stamp.size == 0;
  const std::vector<FilePart> parts = parts_of(path);
  std::string lines;
  for (const FilePart& part : parts) {
    struct stat status {};
    if (::stat(part.file.c_str(), &status) != 0) continue;
    look.stamp.size = std::max<std::int64_t>(look.stamp.size, 0) + status.st_size;
    look.stamp.mtime_ns = std::max(look.stamp.mtime_ns, nanoseconds(status.st_mtim));
    look.youngest_ns = std::max(look.youngest_ns, nanoseconds(status.st_ctim));
    if (!lines.empty() || is_folder || parts.size() > 1)
      lines += part.name + '\n' + std::to_string(nanoseconds(status.st_mtim)) + ' ' + std::to_string(status.st_size) + ' ';
    lines += marks_of(status);
  }
  if (look.stamp.size >= 0) look.stamp.marks = is_folder || parts.size() > 1 ? text_hash(lines) : lines;
  return look;
}

void sync_path(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) throw Error(write_failure(path, errno));
  const int failure = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  // Some file systems cannot sync a folder, and say so in this way.
  if (failure != 0 && !(failure == EINVAL && (flags & O_DIRECTORY))) throw Error(write_failure(path, failure));
}

}  // namespace

FileStamp look_at(const std::string& path) { return look_closely(path).stamp; }

bool looks_same(const FileStamp& a, const FileStamp& b) {
  return a.size == b.size && a.mtime_ns == b.mtime_ns && a.marks == b.marks && !a.marks.empty();
}

std::vector<FileStamp> look_at_plugin(const fs::path& library) {
  std::vector<FileStamp> looks;
  for (const std::string& file : plugin_files(library)) looks.push_back(look_at(file));
  return looks;
}

bool looks_same(const std::vector<FileStamp>& a, const std::vector<FileStamp>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const FileStamp& one, const FileStamp& other) {
    return one.path == other.path && looks_same(one, other);
  });
}

void sync_file(const std::string& path) {
  for (const FilePart& part : parts_of(path)) sync_path(part.file.string(), O_RDONLY);
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) sync_path(path, O_RDONLY | O_DIRECTORY);
  const std::string parent = fs::path(path).parent_path().string();
  sync_path(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
}

FileStamp FileStamps::hashed(const FileStamp& seen) {
  const std::lock_guard lock(mutex_);
  const std::int64_t begun = now_ns();
  const Look look = look_closely(seen.path);
  const FileStamp& now = look.stamp;
  if (now.size < 0 || !looks_same(now, seen)) return now;
  FileStamp& known = known_[seen.path];
  if (known.sha256.empty() || !looks_same(known, now)) {
    known = now;
    known.sha256 = file_hash(seen.path);
    if (!looks_same(look_at(seen.path), now)) known.sha256.clear();
    if (begun - look.youngest_ns < kYoung) known.marks.clear();  // one more change may leave the same marks
  }
  return known;
}

bool FileStamps::knows(const FileStamp& seen) {
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(seen.path);
  return known != known_.end() && !known->second.sha256.empty() && looks_same(known->second, seen);
}

void FileStamps::know(const FileStamp& stamp) {
  const std::lock_guard lock(mutex_);
  if (!stamp.sha256.empty()) known_[stamp.path] = stamp;
}

}  // namespace flowrun::records
