#include "terminal/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace flowrun {
namespace {

/// One of the two that are printed on.
struct Stream {
  int descriptor;
  int lost = 0;  ///< the error number of the first write that failed; 0: none
};

Stream standard_output{STDOUT_FILENO}, standard_error{STDERR_FILENO};

/// Of a pipe that another program has made non-blocking.
void wait_for_room(int descriptor) {
  pollfd room{descriptor, POLLOUT, 0};
  ::poll(&room, 1, -1);
}

/// Says that all was written, whatever happened: printing must not throw, least of all from a thread beside a run.
ssize_t write_all(void* cookie, const char* bytes, std::size_t count) {
  Stream& stream = *static_cast<Stream*>(cookie);
  for (std::size_t done = 0; done < count && stream.lost == 0;) {
    const ssize_t written = ::write(stream.descriptor, bytes + done, count - done);
    if (written > 0) done += static_cast<std::size_t>(written);
    else if (written < 0 && errno == EAGAIN) wait_for_room(stream.descriptor);
    else if (written == 0 || errno != EINTR) stream.lost = written == 0 ? EIO : errno;
  }
  return static_cast<ssize_t>(count);
}

FILE* stream_on(Stream& stream, int buffering) {
  FILE* const file = ::fopencookie(&stream, "w", {nullptr, write_all, nullptr, nullptr});
  if (file) std::setvbuf(file, nullptr, buffering, BUFSIZ);
  return file;
}

/// From 0 up: a file that is opened gets the lowest number that is free.
void open_what_is_closed() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) != descriptor) ::_exit(4);
}

}  // namespace

void prepare_standard_streams() {
  open_what_is_closed();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // beyond `ulimit -f` writing fails as on a full disk
  if (FILE* const file = stream_on(standard_output, ::isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF)) stdout = file;
  if (FILE* const file = stream_on(standard_error, _IONBF)) stderr = file;
}

std::string lost_output() {
  std::fflush(stdout);
  const bool reader_left = standard_output.lost == EPIPE;
  return standard_output.lost == 0 || reader_left ? "" : std::strerror(standard_output.lost);
}

}  // namespace flowrun
