#include "flowrun/host/file_content.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLinks = 40;    // of one path, as in Linux
constexpr off_t kLargestPointer = 32768;  // git-annex takes no larger file for one of its pointers

bool is_link(const fs::path& path) {
  std::error_code unused;
  return fs::is_symlink(fs::symlink_status(path, unused));
}

fs::path target_of(const fs::path& link) {
  std::error_code unused;
  const fs::path target = fs::read_symlink(link, unused);
  return target.is_absolute() ? target : link.parent_path() / target;
}

bool names_annex_object(std::string_view target) {
  constexpr std::string_view kObjects = "annex/objects/";
  const std::size_t at = target.find(kObjects);
  return at == 0 || (at != std::string_view::npos && target[at - 1] == '/');
}

/// The first bytes of a small regular file; empty for any other. A FIFO is not waited for.
std::string start_of(const fs::path& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode) || status.st_size == 0 || status.st_size > kLargestPointer) return "";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return "";
  std::array<char, 512> bytes{};
  const ssize_t count = ::read(file, bytes.data(), bytes.size());
  ::close(file);
  return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

/// "/annex/objects/SHA256E-s...": an unlocked file; "../.git/annex/objects/...": a link where there can be none.
bool is_annex_pointer(std::string_view text) {
  if (text.starts_with("/annex/objects/")) return true;
  while (text.starts_with("../")) text.remove_prefix(3);
  return text.starts_with(".git/annex/objects/");
}

/// The nearest folder above with a git repository; nothing where there is none.
std::optional<fs::path> repository_above(fs::path folder) {
  for (std::error_code unused; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(fs::symlink_status(folder / ".git", unused))) return folder;
    if (folder == folder.parent_path()) break;
  }
  return std::nullopt;
}

FileContent dropped(const fs::path& file) {
  std::error_code failure;
  const fs::path folder = fs::weakly_canonical(fs::absolute(file, failure).parent_path(), failure);
  const auto repository = repository_above(folder);
  const std::string name = repository ? (folder / file.filename()).lexically_relative(*repository).string() : file.string();
  return {ContentState::dropped, "is a file of git-annex whose content is missing; get it with 'git annex get " + name +
                                     "' or 'datalad get " + name + "'" +
                                     (repository ? " in '" + repository->string() + "'" : std::string(" in its data set"))};
}

/// The first part of a path that is a link to nothing: the whole of it, or a folder on its way.
std::optional<fs::path> broken_part(const fs::path& path) {
  fs::path part;
  for (const fs::path& name : path) {
    part /= name;
    std::error_code unused;
    if (is_link(part) && !fs::exists(part, unused)) return part;
  }
  return std::nullopt;
}

/// What to report of a path in which a link leads to nothing; the link itself may be one of a chain.
FileContent behind_broken_link(const fs::path& path, const fs::path& broken) {
  fs::path end = broken;
  for (std::size_t i = 0; i < kMostLinks && is_link(end); ++i) {
    const fs::path target = target_of(end);
    if (names_annex_object(target.string())) return dropped(end);
    end = target;
    if (const auto inner = broken_part(end)) end = *inner;
  }
  const std::string whose = broken == path ? "is a broken link" : "cannot be reached: '" + broken.string() + "' is a broken link";
  if (is_link(end)) return {ContentState::broken_link, whose + ", which leads back to itself"};
  return {ContentState::broken_link, whose + " to '" + end.lexically_normal().string() + "', which does not exist"};
}

const char* special_kind(mode_t mode) {
  if (S_ISREG(mode) || S_ISDIR(mode)) return "";
  if (S_ISFIFO(mode)) return "a named pipe";
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

std::string first_bytes(int file, std::size_t most) {
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (text.size() < most) {
    const ssize_t count = ::read(file, buffer.data(), std::min(buffer.size(), most - text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error("it cannot be read: " + std::generic_category().message(errno));
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

FileContent content_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (!is_annex_pointer(start_of(path, status))) return {};
    return dropped(link_chain(path).back());
  }
  const int failure = errno;
  if (const auto broken = broken_part(path)) return behind_broken_link(path, *broken);
  if (failure == ENOENT || failure == ENOTDIR) return {ContentState::absent, "does not exist"};
  return {ContentState::unusable, "cannot be used: " + std::generic_category().message(failure)};
}

std::vector<fs::path> link_chain(const fs::path& path) {
  std::vector<fs::path> chain{path};
  while (chain.size() <= kMostLinks && is_link(chain.back())) chain.push_back(target_of(chain.back()));
  return chain;
}

std::string special_file(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISLNK(status.st_mode) ? special_kind(status.st_mode) : "";
}

std::string read_plain_file(const fs::path& file, std::size_t most) {
  const int number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (number < 0) throw Error("it cannot be read: " + std::generic_category().message(errno));
  struct Closed {
    int number;
    ~Closed() { ::close(number); }
  } const closed{number};
  struct stat status {};
  if (::fstat(number, &status) != 0) throw Error("it cannot be read: " + std::generic_category().message(errno));
  if (S_ISDIR(status.st_mode)) throw Error("it is a folder");
  if (!S_ISREG(status.st_mode)) throw Error("it is " + std::string(special_kind(status.st_mode)) + ", no plain file");
  return first_bytes(number, most);
}

}  // namespace flowrun
