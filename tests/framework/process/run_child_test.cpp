// A child that does every wrong thing: what run_child makes of it, and that nothing of it is left.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "flowrun/host/child_process.h"
#include "flowrun/sdk/error.h"
#include "support/needs.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // which forbids memory limits, and has its own words for a crash
#else
constexpr bool kSanitized = false;
#endif

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "flowrun_process_XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

ChildEnd end_of(const std::string& what, const std::string& file = "",
                std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  const ChildEnd end = run_child({FLOWRUN_TEST_CHILD, {what, file}, limit});
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child, so no zombie
  CHECK(errno == ECHILD);
  return end;
}

}  // namespace

TEST_CASE("process: a child's answer arrives, and what it printed on both streams, on one line of printable ASCII") {
  CHECK(end_of("answer").result == "the answer");
  CHECK(end_of("answer").is_clean());
  CHECK(end_of("answer").output == "");
  CHECK(end_of("print").output == "on one / stream / and the other ?");
  CHECK(printed_text(end_of("print")) == "; it printed 'on one / stream / and the other ?'");
  CHECK(printed_text(end_of("answer")) == "");
}

TEST_CASE("process: how a child ended is told: by itself, by a signal, by its own crash") {
  CHECK(end_of("status").kind == ChildEnd::Kind::exited);
  CHECK(end_of("status").status == 7);
  CHECK_FALSE(end_of("status").is_clean());
  CHECK(end_text(end_of("status"), {}) == "ended the process (exit status 7)");
  CHECK(end_text(end_of("kill"), {}) == "was killed (by the system, when memory ran out, or by somebody)");
}

constexpr const char* kWhySanitized = "a sanitizer forbids memory limits and reports a crash in its own words";

TEST_CASE("process: how a child crashed is reported" * doctest::test_suite("needs a plain build")) {
  if (kSanitized) return flowrun::testing::could_not_run(kWhySanitized);
  CHECK(end_of("crash").kind == ChildEnd::Kind::killed);
  CHECK(end_of("crash").status == SIGSEGV);
  CHECK(end_text(end_of("crash"), {}) == "crashed (Segmentation fault)");
  CHECK(end_text(end_of("abort"), {}) == "aborted the process");
}

TEST_CASE("process: a child that does not end is ended at its time, whatever it does meanwhile") {
  for (const char* what : {"sleep", "spin", "print on", "close and sleep", "ignore and sleep"}) {
    CAPTURE(what);
    const ChildEnd end = end_of(what, "", std::chrono::milliseconds(300));
    CHECK(end.kind == ChildEnd::Kind::timed_out);
    CHECK(end_text(end, std::chrono::milliseconds(300)) == "did not end within 300 ms");
    CHECK(end.output.size() < 1000);
  }
  CHECK(end_text(end_of("sleep", "", std::chrono::seconds(1)), std::chrono::seconds(1)) == "did not end within 1 s");
}

TEST_CASE("process: what a child prints without end keeps its beginning and its end") {
  const ChildEnd end = end_of("print on", "", std::chrono::milliseconds(300));
  CHECK(end.output.starts_with("and so on / and so on"));
  CHECK(end.output.find("bytes left out") != std::string::npos);
}

TEST_CASE("process: an answer without end is cut" * doctest::test_suite("needs a plain build")) {
  if (kSanitized) return flowrun::testing::could_not_run(kWhySanitized);
  const ChildEnd full = end_of("fill");
  CHECK(full.result.size() >= std::size_t{64} << 20);
  CHECK(full.result.size() < std::size_t{65} << 20);
}

TEST_CASE("process: a child that eats memory meets its limit, and this process does not" *
          doctest::test_suite("needs a plain build")) {
  if (kSanitized) return flowrun::testing::could_not_run(kWhySanitized);
  const ChildEnd end = end_of("eat");
  CHECK(end.status == SIGABRT);
  CHECK(end.output.find("bad_alloc") != std::string::npos);
}

TEST_CASE("process: a child has an empty input, no descriptor of this process, and signals as at a start") {
  const Folder folder;
  const int kept = ::open((folder.path / "mine").c_str(), O_WRONLY | O_CREAT, 0600);  // one that a child would inherit
  REQUIRE(kept > 2);
  CHECK(end_of("descriptors").result == "0 1 2 ");
  ::close(kept);
  CHECK(end_of("input").result == "empty");
  sigset_t some, before;
  ::sigemptyset(&some);
  ::sigaddset(&some, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &some, &before);
  const auto handler = ::signal(SIGPIPE, SIG_IGN);
  CHECK(end_of("signals").result == "as at a start");
  ::signal(SIGPIPE, handler);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("process: a child is started right from a process whose own standard streams are closed") {
  const int saved[] = {::dup(0), ::dup(1), ::dup(2)};
  for (int i = 0; i < 3; ++i) ::close(i);
  const ChildEnd end = run_child({FLOWRUN_TEST_CHILD, {"print"}, std::chrono::seconds(60)});
  const ChildEnd open = run_child({FLOWRUN_TEST_CHILD, {"descriptors"}, std::chrono::seconds(60)});
  for (int i = 0; i < 3; ++i) ::dup2(saved[i], i), ::close(saved[i]);
  CHECK(end.output == "on one / stream / and the other ?");
  CHECK(open.result == "0 1 2 ");
}

TEST_CASE("process: what a child started and left behind is ended with it") {
  const Folder folder;
  const fs::path file = folder.path / "grandchild";
  const ChildEnd end = end_of("grandchild", file.string());
  // The grandchild may be killed before it has written its number; then it is gone all the same.
  int process = 0;
  std::ifstream(file) >> process;
  const auto runs = [&] {  // dead, it may wait a moment for the system to take it in
    std::string state;
    std::getline(std::ifstream("/proc/" + std::to_string(process) + "/stat"), state);
    return !state.empty() && state.find(") Z") == std::string::npos;
  };
  for (int i = 0; process > 0 && runs() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK_FALSE((process > 0 && runs()));
  CHECK(end.kind == ChildEnd::Kind::exited);
}

TEST_CASE("process: a program that cannot be started is an error that names it, and one of a child is no program for people") {
  std::string text;
  try {
    run_child({"/nowhere/program", {}, std::chrono::seconds(1)});
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(text == "cannot start '/nowhere/program': No such file or directory");
}

TEST_CASE("process: this process may ignore the ends of its children, and learns of them all the same") {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  const ChildEnd end = run_child({FLOWRUN_TEST_CHILD, {"answer"}, std::chrono::seconds(60)});
  ::signal(SIGCHLD, before);
  CHECK(end.result == "the answer");
}

TEST_CASE("process: several threads may have a child each at one time") {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&right] {
      right += run_child({FLOWRUN_TEST_CHILD, {"answer"}, std::chrono::seconds(60)}).result == "the answer";
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4);
}
