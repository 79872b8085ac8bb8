#include "results/kept_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "flowrun/host/file_content.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun::results {
namespace {

namespace fs = std::filesystem;

/// By which programs that copy folders know that this one need not be copied (bford.info/cachedir).
constexpr const char* kTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Results that flowrun keeps. The folder can be removed at any time.\n";
constexpr int kKeptShare = 90;  ///< percent of the limit that stay when room is made

void make_folder(const fs::path& folder) {
  std::error_code failed;
  const bool is_new = !fs::exists(folder, failed);
  fs::create_directories(folder, failed);
  if (failed) throw Error("cannot make the folder '" + folder.string() + "' for kept results: " + failed.message());
  if (is_new) fs::permissions(folder, fs::perms::owner_all, failed);  // images of patients
}

/// Of a file or folder that may be gone.
void remove_file(const fs::path& file) {
  std::error_code gone;
  fs::remove(file, gone);
}

bool is_hex(const std::string& name, std::size_t length) {
  return name.size() == length && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Of a small file; empty where it is missing or no plain file: opening a pipe would wait.
std::string text_of(const fs::path& file) {
  constexpr std::size_t kLargest = 4096;
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return "";
  try {
    return read_plain_file(file, kLargest);
  } catch (const Error&) {
    return "";
  }
}

/// Whether flowrun made the folder: only there it removes anything.
bool is_ours(const fs::path& folder) {
  return text_of(folder / "CACHEDIR.TAG") == kTag;
}

/// Anything but a tag that another process is writing, or was when it was killed.
bool has_other_content(const fs::path& folder) {
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator(); entry.increment(failed))
    if (!entry->path().filename().string().starts_with(".CACHEDIR")) return !is_ours(folder);
  return false;
}

/// Makes the folder flowrun's own. Throws Error.
void claim(const fs::path& folder) {
  if (is_ours(folder)) return;
  make_folder(folder);
  if (has_other_content(folder))
    throw Error("'" + folder.string() + "' has other content; kept results need a folder of their own, new or empty");
  write_atomically(folder / "CACHEDIR.TAG", kTag);
}

/// The folders in which entries lie, by names of two digits; links are none of them.
template <class Visit>
void visit_folders(const fs::path& folder, Visit visit) {
  if (!is_ours(folder)) return;
  for (const char* kind : {"results", "files"}) {
    std::error_code failed;
    if (!fs::is_directory(fs::symlink_status(folder / kind, failed))) continue;
    for (auto part = fs::directory_iterator(folder / kind, failed); !failed && part != fs::directory_iterator();
         part.increment(failed))
      if (is_hex(part->path().filename().string(), 2) && fs::is_directory(part->symlink_status(failed)))
        visit(part->path(), std::string_view(kind) == "results");
  }
}

/// Throws Error where an entry would not lie in the folder itself.
void refuse_linked(const fs::path& file) {
  std::error_code unknown;
  for (const fs::path& folder : {file.parent_path(), file.parent_path().parent_path()})
    if (fs::is_symlink(fs::symlink_status(folder, unknown)))
      throw Error("'" + folder.string() + "' is a link, and kept results are written through none");
}

}  // namespace

KeptFolder::KeptFolder(fs::path folder, std::int64_t limit) : folder_(std::move(folder)), limit_(limit) { claim(folder_); }

fs::path KeptFolder::entry_file(const std::string& key) const { return folder_ / "results" / key.substr(0, 2) / key; }

fs::path KeptFolder::entry_to_write(const std::string& key) const {
  fs::path file = entry_file(key);
  claim(folder_);  // it may have been removed since
  refuse_linked(file);
  return file;
}

fs::path KeptFolder::stamp_file(const std::string& path) const {
  const std::string name = records::text_hash(fs::absolute(path).lexically_normal().string());
  return folder_ / "files" / name.substr(0, 2) / name;
}

void KeptFolder::touch(const fs::path& file) { ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0); }

FileStamp KeptFolder::known_stamp(const FileStamp& seen) const {
  FileStamp stamp = seen;
  stamp.sha256.clear();
  std::istringstream file(text_of(stamp_file(seen.path)));
  FileStamp known{seen.path, -1, 0, "", ""};
  if (file >> known.size >> known.mtime_ns >> known.sha256 >> known.marks && known.sha256.size() == 64 &&
      records::looks_same(known, seen))
    stamp.sha256 = known.sha256;
  return stamp;
}

void KeptFolder::keep_stamp(const FileStamp& stamp) {
  if (stamp.marks.empty() || stamp.sha256.empty()) return;
  std::ostringstream text;
  text << stamp.size << ' ' << stamp.mtime_ns << ' ' << stamp.sha256 << ' ' << stamp.marks << '\n';
  const fs::path file = stamp_file(stamp.path);
  claim(folder_);
  refuse_linked(file);
  AtomicFile target(file, "");
  std::ofstream stream(target.temporary(), std::ios::binary);
  stream << text.str();
  stream.close();
  if (!stream) throw Error(write_failure(file, errno));
  fs::rename(target.temporary(), file);
}

void KeptFolder::added(std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (size_ >= 0) size_ += bytes;
  if (size_ < 0 || size_ > limit_) make_room();
}

/// Looks at the whole folder: other processes have added and removed files too.
void KeptFolder::make_room() {
  if (size_ < 0) remove_unfinished(folder_);
  const std::vector<KeptFile> files = files_in(folder_);
  size_ = 0;
  for (const KeptFile& file : files) size_ += file.bytes;
  if (size_ <= limit_) return;
  const std::int64_t wanted = limit_ / 100 * kKeptShare;
  for (const KeptFile& file : files) {
    if (size_ <= wanted) break;
    remove_file(file.file);
    size_ -= file.bytes;
  }
}

std::vector<KeptFile> files_in(const fs::path& folder) {
  std::vector<KeptFile> files;
  visit_folders(folder, [&](const fs::path& part, bool is_result) {
    std::error_code failed;
    for (auto entry = fs::directory_iterator(part, failed); !failed && entry != fs::directory_iterator();
         entry.increment(failed)) {
      std::error_code gone;
      if (!is_hex(entry->path().filename().string(), 64) || !fs::is_regular_file(entry->symlink_status(gone))) continue;
      const auto bytes = static_cast<std::int64_t>(entry->file_size(gone));
      const auto used = entry->last_write_time(gone);
      if (!gone) files.push_back({entry->path(), bytes, used, is_result});
    }
  });
  std::sort(files.begin(), files.end(), [](const KeptFile& a, const KeptFile& b) { return a.used < b.used; });
  return files;
}

void remove_unfinished(const fs::path& folder) {
  visit_folders(folder, [](const fs::path& part, bool) { remove_left_temporaries(part, ""); });
}

}  // namespace flowrun::results
