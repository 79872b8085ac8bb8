#include "flowrun/host/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_link(const fs::path& file) {
  throw Error("'" + file.string() +
              "' is a symbolic link, and flowrun reads and writes its own files through none; remove the link, or choose "
              "another output folder");
}

[[noreturn]] void refuse(const fs::path& file, const char* what) {
  throw Error("'" + file.string() + "' " + what + "; flowrun keeps that name for itself: remove it, or choose another output folder");
}

void require_own(int number, const fs::path& file) {
  struct stat status {};
  const char* what = nullptr;
  if (::fstat(number, &status) != 0) what = "cannot be looked at";
  else if (!S_ISREG(status.st_mode)) what = "is no plain file";
  else if (status.st_nlink > 1) what = "has a second name somewhere (a hard link), so it may be somebody else's file";
  if (what) refuse(file, what);
}

}  // namespace

void refuse_links(const std::vector<fs::path>& own) {
  std::error_code unknown;
  for (const fs::path& file : own) {
    if (fs::is_symlink(fs::symlink_status(file, unknown))) refuse_link(file);
    if (const std::string special = special_file(file); !special.empty()) refuse(file, ("is " + special + ", no plain file").c_str());
  }
}

OwnFile::OwnFile(const fs::path& file, int how)
    : number_(::open(file.c_str(), how | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666)) {
  if (number_ < 0 && errno == ELOOP) refuse_link(file);
  if (number_ < 0) return;
  try {
    require_own(number_, file);
  } catch (...) {
    close();
    throw;
  }
}

OwnFile& OwnFile::operator=(OwnFile&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void OwnFile::close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

std::string OwnFile::text(std::size_t most) const {
  std::string text(most, '\0');
  const ssize_t length = number_ < 0 ? 0 : ::pread(number_, text.data(), text.size(), 0);
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return text;
}

}  // namespace flowrun
