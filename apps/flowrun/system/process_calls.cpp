#include "system/process_calls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace flowrun {
namespace {

std::atomic<pid_t> watched_process{0};  ///< 0: none. A child after fork has another number, and is not watched.
ProcessWatch watched;

bool is_watched() noexcept { return watched_process.load() == ::getpid(); }

/// The working folder is not changed.
int refuse_change() noexcept {
  if (watched.on_folder_change) watched.on_folder_change();
  errno = EPERM;
  return -1;
}

}  // namespace

void watch_process_calls(const ProcessWatch& watch) noexcept {
  watched_process = 0;
  watched = watch;
  if (watch.on_exit || watch.on_folder_change) watched_process = ::getpid();
}

void leave_process(int status) noexcept {
  for (;;) ::syscall(SYS_exit_group, status);
}

}  // namespace flowrun

extern "C" {

__attribute__((visibility("default"))) void _exit(int status) {
  if (flowrun::is_watched() && flowrun::watched.on_exit) flowrun::watched.on_exit();
  flowrun::leave_process(status);
}

__attribute__((visibility("default"))) void _Exit(int status) noexcept { _exit(status); }

__attribute__((visibility("default"))) int chdir(const char* path) noexcept {
  return flowrun::is_watched() ? flowrun::refuse_change() : static_cast<int>(::syscall(SYS_chdir, path));
}

__attribute__((visibility("default"))) int fchdir(int folder) noexcept {
  return flowrun::is_watched() ? flowrun::refuse_change() : static_cast<int>(::syscall(SYS_fchdir, folder));
}

}  // extern "C"
