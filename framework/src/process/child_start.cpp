#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>

#include "flowrun/host/child_process.h"

namespace flowrun {
namespace {

constexpr int kOutOfTheWay = 100;  ///< copies of descriptors from here on are none of those that a child gets

/// Copies of the descriptors to give, closed with it: none of them is replaced while another is put into its place.
class Copies {
 public:
  explicit Copies(const std::vector<GivenDescriptor>& given) {
    for (const GivenDescriptor& one : given) copies_.push_back(::fcntl(one.ours, F_DUPFD_CLOEXEC, kOutOfTheWay));
  }
  ~Copies() {
    for (const int copy : copies_)
      if (copy >= 0) ::close(copy);
  }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  int operator[](std::size_t index) const { return copies_[index]; }

 private:
  std::vector<int> copies_;
};

}  // namespace

int start_child(const std::vector<std::string>& words, const std::vector<GivenDescriptor>& given, int& process) {
  const Copies copies(given);
  for (std::size_t i = 0; i < given.size(); ++i)
    if (copies[i] < 0) return EMFILE;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&actions);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (std::size_t i = 0; i < given.size(); ++i) ::posix_spawn_file_actions_adddup2(&actions, copies[i], given[i].theirs);
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  const int failed = ::posix_spawnp(&process, pointers[0], &actions, &attributes, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return failed;
}

}  // namespace flowrun
