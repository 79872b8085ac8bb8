// What a child of run_child can do, on demand: test_child WHAT [FILE].
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "flowrun/host/child_process.h"
#include "process/call_filter.h"

namespace {

using flowrun::ChildSide;

std::string answer(long result) { return result >= 0 ? "done" : std::strerror(errno); }

std::string by_creating(const std::string& file) { return answer(::open(file.c_str(), O_WRONLY | O_CREAT, 0600)); }
std::string by_writing(const std::string& file) { return answer(::open(file.c_str(), O_WRONLY)); }
std::string by_truncating(const std::string& file) { return answer(::truncate(file.c_str(), 0)); }
std::string by_removing(const std::string& file) { return answer(::unlink(file.c_str())); }
std::string by_renaming(const std::string& file) { return answer(::rename(file.c_str(), (file + ".other").c_str())); }
std::string by_linking(const std::string& file) { return answer(::symlink(file.c_str(), (file + ".link").c_str())); }
std::string by_hard_linking(const std::string& file) { return answer(::link(file.c_str(), (file + ".hard").c_str())); }
std::string by_making_a_folder(const std::string& file) { return answer(::mkdir((file + ".folder").c_str(), 0700)); }
std::string by_changing_rights(const std::string& file) { return answer(::chmod(file.c_str(), 0777)); }
std::string by_touching(const std::string& file) { return answer(::utimensat(AT_FDCWD, file.c_str(), nullptr, 0)); }
std::string by_making_a_fifo(const std::string& file) { return answer(::mkfifo((file + ".fifo").c_str(), 0600)); }
std::string by_connecting(const std::string&) { return answer(::socket(AF_INET, SOCK_STREAM, 0)); }
std::string by_local_socket(const std::string&) { return answer(::socket(AF_UNIX, SOCK_STREAM, 0)); }
std::string by_forking(const std::string&) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return answer(child);
}
std::string by_starting(const std::string&) {
  char program[] = "/bin/true";
  char* words[] = {program, nullptr};
  pid_t child = 0;
  errno = ::posix_spawn(&child, program, nullptr, nullptr, words, environ);
  return answer(errno == 0 ? 0 : -1);
}
std::string by_executing(const std::string&) {
  char program[] = "/bin/true";
  char* words[] = {program, nullptr};
  return answer(::execv(program, words));
}
std::string by_signalling(const std::string&) { return answer(::kill(::getppid(), 0)); }
std::string by_tracing(const std::string&) { return answer(::syscall(SYS_ptrace, 16, ::getppid(), 0, 0)); }

struct Try {
  const char* name;
  std::string (*attempt)(const std::string&);
};
constexpr Try kTries[] = {
    {"create", by_creating},           {"write", by_writing},  {"truncate", by_truncating},    {"remove", by_removing},
    {"rename", by_renaming},           {"link", by_linking},   {"hard link", by_hard_linking}, {"folder", by_making_a_folder},
    {"rights", by_changing_rights},    {"touch", by_touching}, {"fifo", by_making_a_fifo},     {"connect", by_connecting},
    {"local socket", by_local_socket}, {"fork", by_forking},   {"start", by_starting},         {"execute", by_executing},
    {"signal", by_signalling},         {"trace", by_tracing}};

/// What is refused to a confined process, on the file that is given (FILE.new for one that is not there).
std::string tries(const std::string& file) {
  std::string text;
  for (const Try& one : kTries)
    text += std::string(one.name) + ": " + one.attempt(std::string(one.name) == "create" ? file + ".new" : file) + "\n";
  return text;
}

/// What a library needs when it is loaded.
std::string needs(const std::string& file) {
  std::string text;
  std::string content;
  std::getline(std::ifstream(file), content);
  text += "read: " + content + "\n";
  bool ran = false;
  std::thread([&ran] { ran = true; }).join();
  text += std::string("thread: ") + (ran ? "done" : "no") + "\n";
  void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  text += std::string("memory: ") + (memory != MAP_FAILED ? "done" : "no") + "\n";
  text += "list: " + std::string(std::filesystem::exists(std::filesystem::path(file).parent_path()) ? "done" : "no") + "\n";
  return text;
}

void eat_memory() {
  for (std::vector<std::vector<char>> held;;) held.emplace_back(std::size_t{16} << 20, 'x');
}

/// Leaves a process of its own group behind, which writes its number into a file.
void leave_a_grandchild(const std::string& file) {
  if (::fork() != 0) return;
  std::ofstream(file + ".part") << ::getpid() << "\n";
  std::filesystem::rename(file + ".part", file);
  for (;;) ::pause();
}

void act(const std::string& what, const std::string& file, const ChildSide& parent) {
  if (what == "answer") parent.write("the answer");
  if (what == "print") std::printf("on one\nstream\n"), std::fprintf(stderr, "and the\tother \x01\n");
  if (what == "print on")
    for (;;) std::printf("and so on\n");
  if (what == "fill") parent.write(std::string(std::size_t{80} << 20, 'x'));
  if (what == "sleep") ::sleep(600);
  if (what == "spin")
    for (;;) ::sched_yield();
  if (what == "close and sleep") ::close_range(3, ~0u, 0), ::sleep(600);
  if (what == "ignore and sleep") ::signal(SIGTERM, SIG_IGN), ::sleep(600);
  if (what == "abort") std::abort();
  if (what == "crash") ::raise(SIGSEGV);
  if (what == "kill") ::raise(SIGKILL);
  if (what == "status") ChildSide::end(7);
  if (what == "eat") eat_memory();
  if (what == "grandchild") leave_a_grandchild(file);
  if (what == "descriptors") {
    std::string text;
    for (int i = 0; i < 1024; ++i)
      if (i != 100 && ::fcntl(i, F_GETFD) >= 0) text += std::to_string(i) + " ";
    parent.write(text);
  }
  if (what == "input") {
    char byte = 0;
    parent.write(::read(STDIN_FILENO, &byte, 1) == 0 ? "empty" : "something");
  }
  if (what == "signals") {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    struct sigaction pipe {};
    ::sigaction(SIGPIPE, nullptr, &pipe);
    parent.write(::sigismember(&blocked, SIGUSR1) == 0 && pipe.sa_handler == SIG_DFL ? "as at a start" : "inherited");
  }
  if (what == "free")
    parent.write("create: " + by_creating(file + ".new") + "\nlocal socket: " + by_local_socket(file) +
                 "\nfork: " + by_forking(file) + "\n");
  if (what == "filtered")
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        parent.write(flowrun::process::filter_calls(flowrun::process::OpenToWrite::refused, flowrun::Programs::refused)
                         ? tries(file)
                         : "not at all");
  if (what == "confined")
    ChildSide::confine() == flowrun::Confined::not_at_all ? parent.write("not at all") : parent.write(tries(file));
  if (what == "confined needs") ChildSide::confine(), parent.write(needs(file));
  if (what == "confined abort") ChildSide::confine(), std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  const ChildSide parent(std::size_t{512} << 20);
  act(argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "", parent);
  ChildSide::end(0);
}
