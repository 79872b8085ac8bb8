#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "commands.h"
#include "dot_writer.h"
#include "exit_status.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "text_layout.h"

namespace flowrun {
namespace {

/// A file that becomes the real one when it is complete, and goes away when it does not.
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path target) : target_(std::move(target)) {
    path_ = target_;
    path_ += fmt::format(".part-{}", getpid());
  }
  ~PendingFile() {
    std::error_code unused;
    std::filesystem::remove(path_, unused);
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& text) const {
    std::ofstream stream(path_, std::ios::binary);
    stream << text;
    stream.close();
    if (!stream) throw Error("cannot write '" + target_.string() + "'; is its folder there, writable and not full?");
  }
  void publish() const {
    std::error_code failed;
    std::filesystem::rename(path_, target_, failed);
    if (failed) throw Error("cannot write '" + target_.string() + "': " + failed.message());
  }

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

void run_graphviz(const std::string& dot_file, const std::string& svg_file) {
  std::string words[] = {"dot", "-Tsvg", "-o", svg_file, dot_file};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), nullptr};
  pid_t process = 0;
  const int failed = posix_spawnp(&process, "dot", nullptr, nullptr, arguments, environ);
  if (failed)
    throw Error(
        "an SVG is drawn by Graphviz's program 'dot', which is not here; install the package 'graphviz', or write a .dot file");
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error("Graphviz's 'dot' failed to draw the graph; its message stands above");
}

void write_svg(const std::string& dot, const std::filesystem::path& file) {
  const PendingFile source(std::filesystem::absolute(file).string() + ".dot");  // absolute: no name is taken for an option
  const PendingFile picture(std::filesystem::absolute(file));
  source.write(dot);
  run_graphviz(source.path().string(), picture.path().string());
  picture.publish();
}

void write_dot(const std::string& dot, const std::filesystem::path& file) {
  const PendingFile pending(file);
  pending.write(dot);
  pending.publish();
}

}  // namespace

int execute(const DrawCommand& command) {
  const std::string extension = std::filesystem::path(command.output).extension().string();
  if (!command.output.empty() && extension != ".dot" && extension != ".svg")
    throw Error("--output '" + command.output + "' must end in .dot or .svg");
  const Registry registry = open_registry(command.plugin_paths);
  Faults faults;
  const CheckedGraph checked = check_graph(command.graph, command.settings, registry, faults, Files::may_be_missing);
  print_faults(faults);
  if (!checked.graph || faults.has_errors()) return kWrongInput;
  const std::string dot = to_dot(*checked.graph);
  if (command.output.empty()) fmt::print("{}", dot);
  else if (extension == ".svg") write_svg(dot, command.output);
  else write_dot(dot, command.output);
  return kAllDone;
}

}  // namespace flowrun
