#include "trace/file_stamps.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "trace/file_hash.h"

namespace flowrun::trace {
namespace {

namespace fs = std::filesystem;

std::int64_t mtime_ns(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

void sync_path(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) throw Error(write_failure(path, errno));
  const int failure = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  // Some file systems cannot sync a folder, and say so in this way.
  if (failure != 0 && !(failure == EINVAL && (flags & O_DIRECTORY))) throw Error(write_failure(path, failure));
}

template <class Each>
void for_files(const std::string& folder, Each each) {
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) each(entry->path().string());
  }
}

}  // namespace

FileStamp look_at(const std::string& path) {
  FileStamp stamp{path, -1, 0, ""};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return stamp;
  stamp.size = static_cast<std::int64_t>(status.st_size);
  stamp.mtime_ns = mtime_ns(status);
  if (!S_ISDIR(status.st_mode)) return stamp;
  stamp.size = 0;
  for_files(path, [&](const std::string& file) {
    const FileStamp one = look_at(file);
    stamp.size += std::max<std::int64_t>(one.size, 0);
    stamp.mtime_ns = std::max(stamp.mtime_ns, one.mtime_ns);
  });
  return stamp;
}

bool looks_same(const FileStamp& a, const FileStamp& b) { return a.size == b.size && a.mtime_ns == b.mtime_ns; }

void sync_file(const std::string& path) {
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) {
    for_files(path, [](const std::string& file) { sync_path(file, O_RDONLY); });
    sync_path(path, O_RDONLY | O_DIRECTORY);
  } else {
    sync_path(path, O_RDONLY);
  }
  const std::string parent = fs::path(path).parent_path().string();
  sync_path(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
}

FileStamp FileStamps::hashed(const FileStamp& seen) {
  const std::lock_guard lock(mutex_);
  FileStamp now = look_at(seen.path);
  if (now.size < 0 || !looks_same(now, seen)) return now;
  FileStamp& known = known_[seen.path];
  if (known.sha256.empty() || !looks_same(known, now)) {
    known = now;
    known.sha256 = file_hash(seen.path);
    if (!looks_same(look_at(seen.path), now)) known.sha256.clear();
  }
  return known;
}

void FileStamps::know(const FileStamp& stamp) {
  const std::lock_guard lock(mutex_);
  if (!stamp.sha256.empty()) known_[stamp.path] = stamp;
}

}  // namespace flowrun::trace
