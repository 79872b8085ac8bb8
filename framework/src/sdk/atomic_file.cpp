#include "flowrun/sdk/atomic_file.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// File systems allow 255 bytes a name; room for the mark, the owner and the suffix is left.
constexpr std::size_t kLongestStem = 160;
constexpr std::string_view kMark = ".tmp-";
constexpr std::size_t kPlaceDigits = 8;

/// Host and process space in eight digits: two processes with one number but in different places have different names.
std::string place_digits() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::error_code ignored;
  const std::string place = host.data() + fs::read_symlink("/proc/self/ns/pid", ignored).string();
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : place) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 15];
  return digits;
}

/// "." + stem + ".tmp-" + place + "-" + process + "-" + count + suffix
fs::path temporary_name(const fs::path& target, const std::string& suffix) {
  static std::atomic<unsigned> count{0};
  std::string stem = target.filename().string();
  if (stem.size() > suffix.size()) stem.resize(stem.size() - suffix.size());
  if (stem.size() > kLongestStem) stem.resize(kLongestStem);
  return target.parent_path() / ("." + stem + std::string(kMark) + temporary_owner() + "-" + std::to_string(count++) + suffix);
}

std::size_t digits_at(const std::string& text, std::size_t at, const char* of) {
  const std::size_t end = text.find_first_not_of(of, at);
  return (end == std::string::npos ? text.size() : end) - at;
}

/// The owner in a temporary's name; empty for any other name.
std::string owner_in(const std::string& name) {
  const std::size_t mark = name.rfind(kMark);
  if (name.empty() || name.front() != '.' || mark == std::string::npos) return "";
  const std::size_t place = mark + kMark.size();
  if (digits_at(name, place, "0123456789abcdef") != kPlaceDigits) return "";
  const std::size_t process = place + kPlaceDigits + 1;
  if (process >= name.size() || name[process - 1] != '-') return "";
  const std::size_t length = digits_at(name, process, "0123456789");
  const std::size_t count = process + length + 1;
  if (length == 0 || length > 9 || count >= name.size() || name[count - 1] != '-') return "";
  return digits_at(name, count, "0123456789") > 0 ? name.substr(place, kPlaceDigits + 1 + length) : "";
}

bool is_gone(const std::string& owner, const std::string& also_gone) {
  const std::string self = temporary_owner();
  if (owner == self) return false;
  if (owner == also_gone) return true;
  if (owner.compare(0, kPlaceDigits, self, 0, kPlaceDigits) != 0) return false;
  return ::kill(static_cast<pid_t>(std::stol(owner.substr(kPlaceDigits + 1))), 0) != 0 && errno == ESRCH;
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

void write_atomically(const fs::path& target, std::string_view bytes) {
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

std::string temporary_owner() {
  static const std::string place = place_digits();
  return place + "-" + std::to_string(::getpid());
}

std::size_t remove_left_temporaries(const fs::path& folder, const std::string& also_gone) {
  std::size_t removed = 0;
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string owner = owner_in(entry->path().filename().string());
    std::error_code ignored;
    if (owner.empty() || !is_gone(owner, also_gone) || !fs::is_regular_file(entry->symlink_status(ignored))) continue;
    if (fs::remove(entry->path(), ignored)) ++removed;
  }
  return removed;
}

AtomicFile::AtomicFile(fs::path target, const std::string& suffix) : target_(std::move(target)) {
  std::error_code code;
  if (target_.filename().empty() || fs::is_directory(target_, code))
    throw Error("cannot write '" + target_.string() + "': it is a folder; give the name of a file");
  make_folder(target_);
  int file = -1;
  do {  // a name may be left by a process that had our number
    temporary_ = temporary_name(target_, suffix);
    file = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file < 0 && errno == EEXIST);
  if (file < 0) throw Error(write_failure(target_, errno));
  ::close(file);
}

AtomicFile::~AtomicFile() {
  std::error_code ignored;  // nothing can be done about it here, and the first error is the one to report
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

}  // namespace flowrun
