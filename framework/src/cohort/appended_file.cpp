#include "cohort/appended_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

/// 0, or why not all of it was written.
int write_all(int stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(stream, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return ENOSPC;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

AppendedFile::~AppendedFile() { close(); }

void AppendedFile::close() {
  if (stream_ >= 0) ::close(stream_);
  stream_ = -1;
}

void AppendedFile::restart(std::string_view text) {
  close();
  write_atomically(file_, text);
}

void AppendedFile::append(std::string_view text) {
  if (stream_ < 0) stream_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (stream_ < 0) throw Error(write_failure(file_, errno));
  struct stat before {};
  const bool known = ::fstat(stream_, &before) == 0;
  int reason = write_all(stream_, text);
  if (reason == 0 && ::fdatasync(stream_) != 0 && errno != EINVAL) reason = errno;
  if (reason == 0) return;
  if (known && ::ftruncate(stream_, before.st_size) != 0) close();
  throw Error(write_failure(file_, reason));
}

}  // namespace flowrun
