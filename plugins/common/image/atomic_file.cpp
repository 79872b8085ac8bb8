#include "common/image/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "flowrun/sdk/error.h"

namespace flowrun::image {
namespace {

namespace fs = std::filesystem;

/// File systems allow 255 bytes a name; room for the mark, the process id and the suffix is left.
constexpr std::size_t kLongestStem = 180;

fs::path temporary_name(const fs::path& target, const std::string& suffix) {
  static std::atomic<unsigned> count{0};
  std::string stem = target.filename().string();
  if (stem.size() > suffix.size()) stem.resize(stem.size() - suffix.size());
  if (stem.size() > kLongestStem) stem.resize(kLongestStem);
  return target.parent_path() / ("." + stem + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + suffix);
}

void make_folder(const fs::path& target) {
  const fs::path folder = target.parent_path();
  std::error_code code;
  if (folder.empty() || fs::is_directory(folder, code)) return;
  fs::create_directories(folder, code);
  if (code) throw Error("cannot make the folder '" + folder.string() + "' for '" + target.string() + "': " + code.message());
}

/// Zero, or the error number of what failed.
int sync_to_disk(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return errno;
  const int failure = ::fsync(file) == 0 ? 0 : errno;
  const int closing = ::close(file) == 0 ? 0 : errno;
  return failure ? failure : closing;
}

}  // namespace

void write_atomically(const fs::path& target, const std::string& bytes) {
  AtomicFile file(target, target.extension().string());
  std::ofstream stream(file.temporary(), std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw Error(write_failure(target, errno));
  file.commit();
}

std::string write_failure(const fs::path& file, int error_number) {
  std::string text = "cannot write '" + file.string() + "': " + std::generic_category().message(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) text += "; free some space or choose another folder";
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS) text += "; choose a folder that you may write to";
  return text;
}

AtomicFile::AtomicFile(fs::path target, const std::string& suffix) : target_(std::move(target)) {
  std::error_code code;
  if (target_.filename().empty() || fs::is_directory(target_, code))
    throw Error("cannot write '" + target_.string() + "': it is a folder; give the name of a file");
  make_folder(target_);
  temporary_ = temporary_name(target_, suffix);
  const int file = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) throw Error(write_failure(target_, errno));
  ::close(file);
}

AtomicFile::~AtomicFile() {
  std::error_code ignored;  // nothing can be done about it here, and the first error is the one to tell
  if (!committed_) fs::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  if (const int failure = sync_to_disk(temporary_, O_RDONLY)) throw Error(write_failure(target_, failure));
  std::error_code code;
  fs::rename(temporary_, target_, code);
  if (code) throw Error("cannot write '" + target_.string() + "': " + code.message());
  committed_ = true;
  const fs::path folder = target_.parent_path();
  sync_to_disk(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY);  // the name too, where the system can
}

}  // namespace flowrun::image
