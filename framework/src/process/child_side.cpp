#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>

#include "flowrun/host/child_process.h"
#include "flowrun/sdk/error.h"
#include "process/descriptors.h"

namespace flowrun {
namespace {

constexpr int kOutOfTheWay = 100;
constexpr std::size_t kMostMemory = std::size_t{8} << 30;

void limit(int resource, std::size_t bytes) {
  const rlimit both{bytes, bytes};
  ::setrlimit(resource, &both);
}

void limit_memory(std::size_t bytes) {
  limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose shadow memory counts as data
  limit(RLIMIT_DATA, bytes);  // not RLIMIT_AS, which counts the code of every library that is mapped
#else
  static_cast<void>(bytes);
#endif
}

}  // namespace

ChildSide::ChildSide(std::size_t memory) {
  descriptor_ = ::fcntl(process::kResultDescriptor, F_DUPFD_CLOEXEC, kOutOfTheWay);
  if (descriptor_ < 0) throw Error("this is started by flowrun itself, to look at a plugin in a separate process");
  ::close_range(process::kResultDescriptor, static_cast<unsigned>(descriptor_ - 1), 0);
  ::close_range(static_cast<unsigned>(descriptor_ + 1), std::numeric_limits<unsigned>::max(), 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::setvbuf(stdout, nullptr, _IONBF, 0);  // what was printed before a crash is to be kept
  limit_memory(memory ? memory : default_memory());
}

void ChildSide::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno != EINTR) return;  // the parent is gone or has had enough
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string ChildSide::become(const std::vector<std::string>& command) const {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::dup2(descriptor_, process::kResultDescriptor);
  ::execvp(words[0], words.data());
  return "'" + command[0] + "' cannot be started: " + std::strerror(errno);
}

void ChildSide::end(int status) { ::_exit(status); }

std::size_t ChildSide::default_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return kMostMemory;
  return std::min(kMostMemory, static_cast<std::size_t>(pages) / 2 * static_cast<std::size_t>(size));
}

}  // namespace flowrun
