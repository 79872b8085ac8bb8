#include "flowrun_process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace flowrun::testing {
namespace {

constexpr auto kPatience = std::chrono::minutes(1);
constexpr auto kPause = std::chrono::milliseconds(5);

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void send_stream_to_file(int stream, const std::filesystem::path& file) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (opened < 0 || dup2(opened, stream) < 0) _exit(126);
}

/// In the child: never returns.
[[noreturn]] void become_flowrun(const std::filesystem::path& folder, std::vector<std::string> words) {
  if (chdir(folder.c_str()) != 0) _exit(126);
  send_stream_to_file(STDOUT_FILENO, folder / "stdout.txt");
  send_stream_to_file(STDERR_FILENO, folder / "stderr.txt");
  setenv("FLOWRUN_PLUGIN_PATH", FLOWRUN_CLI_PLUGINS, 1);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(FLOWRUN_EXECUTABLE, arguments.data());
  _exit(127);
}

}  // namespace

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "flowrun-cli-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code unused;
  std::filesystem::remove_all(path_, unused);
}

std::filesystem::path TempFolder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::string TempFolder::read(const std::string& name) const { return text_of(path_ / name); }

FlowrunProcess::FlowrunProcess(const TempFolder& folder, const std::vector<std::string>& arguments) : folder_(folder) {
  std::vector<std::string> words{"flowrun"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("cannot start a process");
  if (process_ == 0) become_flowrun(folder.path(), std::move(words));
}

FlowrunProcess::~FlowrunProcess() {
  if (ended_) return;
  kill(process_, SIGKILL);
  waitpid(process_, &wait_status_, 0);
}

void FlowrunProcess::send(int signal) const { kill(process_, signal); }

bool FlowrunProcess::wait_for_message(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (contains(folder_.read("stderr.txt"), text)) return true;
    if (!ended_ && waitpid(process_, &wait_status_, WNOHANG) == process_) ended_ = true;
    if (ended_) return contains(folder_.read("stderr.txt"), text);
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

Ended FlowrunProcess::end() {
  if (!ended_) waitpid(process_, &wait_status_, 0);
  ended_ = true;
  return {WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : -1, WIFSIGNALED(wait_status_) ? WTERMSIG(wait_status_) : 0,
          folder_.read("stdout.txt"), folder_.read("stderr.txt")};
}

Ended run_flowrun(const TempFolder& folder, const std::vector<std::string>& arguments) {
  return FlowrunProcess(folder, arguments).end();
}

Ended interrupted_in_first_case(const TempFolder& folder, const std::string& graph, int signal) {
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  FlowrunProcess process(folder, {"run", graph, "--cases", "cases.csv", "--cases-in-flight", "1", "--out", "o"});
  CHECK(wait_for_file(folder.path() / "o/a.begun"));
  process.send(signal);
  CHECK(process.wait_for_message("interrupted: no new cases start"));
  folder.write("o/a.release", "");
  return process.end();
}

bool wait_for_file(const std::filesystem::path& file) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (std::filesystem::exists(file)) return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace flowrun::testing
