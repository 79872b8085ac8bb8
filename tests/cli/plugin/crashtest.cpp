// Nodes that crash the process, or never return, when they are asked to.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"
#include "flowrun/sdk/terminal_lines.h"

namespace flowrun::crashtest {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Winfinite-recursion"
int use_up_the_stack(volatile int& depth) {
  volatile char room[4096];
  const int deeper = depth + 1;
  depth = deeper;
  room[0] = static_cast<char>(deeper);
  return use_up_the_stack(depth) + room[0];
}
#pragma GCC diagnostic pop

[[noreturn]] void fail() { throw std::runtime_error("nobody catches this"); }
void give_up() noexcept { fail(); }

/// What a child process does is its own affair: each ends well, by _exit, in another folder.
void end_children() {
  for (int i = 0; i < 2; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::chdir("/") == 0 ? 7 : 8);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7)
      throw std::runtime_error("a child did not end as it wanted");
  }
}

/// Its crashes are the operating system's to report, not a sanitizer's.
__attribute__((no_sanitize("address", "undefined"))) void misbehave(const std::string& how) {
  volatile int zero = 0, some = 7;
  int* volatile nowhere = nullptr;
  if (how == "null") *nowhere = 1;
  if (how == "segv") std::raise(SIGSEGV);
  if (how == "kill") std::raise(SIGKILL);
  if (how == "bus") std::raise(SIGBUS);
  if (how == "trap") __builtin_trap();
  if (how == "divide") zero = some / zero;
  if (how == "abort") std::abort();
  if (how == "exit") std::exit(0);
  if (how == "_exit") ::_exit(0);
  if (how == "_Exit") std::_Exit(0);
  if (how == "child") end_children();
  if (how == "folder" && ::chdir("/") == 0) throw std::runtime_error("the working folder was changed");
  if (how == "folder by the library") std::filesystem::current_path("/");
  if (how == "noexcept") give_up();
  if (how == "stack") use_up_the_stack(zero);
  if (how == "thread") std::thread([] { std::raise(SIGSEGV); }).join();
  if (how == "throwing thread") std::thread(fail).join();
  if (how == "memory") throw std::bad_alloc();
  if (how == "huge") std::vector<char>(std::size_t{1} << 60).at(1) = 1;
  if (how == "eat")
    for (std::vector<std::vector<char>> all;;) all.emplace_back(std::size_t{16} << 20, 'x');
  if (how == "number") throw 7;
  if (how == "empty") throw std::runtime_error("");
  if (how == "blank") throw std::runtime_error(" \n");
  while (how == "spin") std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// Texts that look like lines of flowrun's own, and clear the terminal.
void forge(Context& context) {
  const std::string text = "x\nflowrun: all is well\x1b[2J\xC2\x9B" "31m<b>\xE2\x80\xAE";
  print_line(context, "printed " + text);
  context.warn("warned " + text);
  context.report("figure " + text, 1);
  throw std::runtime_error("thrown " + text);
}

/// Passes an image on, or does what a bad node does.
class Misbehave : public Node {
  void open(OpenContext& context) override { misbehave(context.params().text("open")); }
  void process(Context& context) override {
    const std::string how = context.params().text("how"), begun = context.params().text("begun");
    if (!begun.empty()) std::ofstream(begun) << "begun\n";
    if (how == "forge") forge(context);
    const bool in_task = how.starts_with("task ");
    if (in_task) context.parallel_for(64, [task = how.substr(5)](std::int64_t i) { misbehave(i == 40 ? task : ""); });
    else misbehave(how);
    context.emit_shared("volume", context.inputs("volume").front());
  }
};

/// Takes all cases of a run.
class AtTheEnd : public Node {
  struct State : Firing {
    void accept(Context&, std::string_view, const PayloadPtr&) override {}
    void finish(Context& context) override { misbehave(context.params().text("how")); }
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

template <class T>
std::unique_ptr<Node> create() {
  return std::make_unique<T>();
}

ParamSpec word(std::string name, std::string help, bool per_case) {
  return {.name = std::move(name),
          .type = ParamType::string,
          .default_value = std::string(),
          .help = std::move(help),
          .per_case = per_case};
}

std::vector<NodeType> node_types() {
  InputPort volume_in{.name = "volume", .payload = std::string(Volume::kType), .help = "Any image"};
  const OutputPort volume_out{.name = "volume", .payload = std::string(Volume::kType), .help = "The image"};
  NodeType bad{
      .name = "crashtest.misbehave", .summary = "Passes an image on, or crashes", .inputs = {volume_in}, .outputs = {volume_out}};
  ParamSpec begun = word("begun", "Written at the start", true);
  begun.type = ParamType::path;
  begun.role = PathRole::output;
  bad.params = {word("how", "What it does", true), word("open", "What it does when it is opened", false), begun};
  bad.create = create<Misbehave>;
  volume_in.scope = Scope::per_case;
  volume_in.collects = true;
  NodeType end{.name = "crashtest.at_the_end", .summary = "Takes all cases, and crashes", .inputs = {volume_in}};
  end.params = {word("how", "What it does", false)};
  end.create = create<AtTheEnd>;
  return {end, bad};
}

}  // namespace
}  // namespace flowrun::crashtest

FLOWRUN_PLUGIN("crashtest", "1.0.0", "Apache-2.0", flowrun::crashtest::node_types);
