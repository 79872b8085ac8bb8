#include "report/run_plan.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "flowrun/host/case_recorder.h"
#include "flowrun/sdk/error.h"
#include "terminal/text_layout.h"

namespace flowrun {

namespace {

void print_files(const std::vector<NodeFile>& found) {
  TextTable files({Align::left, Align::left, Align::left});
  for (const NodeFile& file : found) {
    const bool replaces = file.role == PathRole::output && std::filesystem::exists(file.path);
    files.add({file.role == PathRole::input ? "reads" : replaces ? "replaces" : "writes", file.path, "(" + file.node + ")"});
  }
  fmt::print("{}", files.text());
}

}  // namespace

void print_plan(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out) {
  fmt::print("graph {}: {}, {}; nothing is run\n\n", printable(graph.name), count_text(graph.nodes.size(), "node"),
             count_text(cases.size(), "case"));
  TextTable nodes({Align::left, Align::left, Align::left, Align::left});
  for (const ValidatedNode& node : graph.nodes)
    nodes.add({node.id, node.type_name, fmt::format("once a {}", to_string(node.scope)),
               fmt::format("{} {}", node.plugin, node.plugin_version)});
  fmt::print("NODES, sources first\n{}", nodes.text());
  if (const std::vector<NodeFile> files = files_of_run(graph, out); !files.empty()) {
    fmt::print("\nTHE RUN\n");
    print_files(files);
  }
  for (const Case& one : cases) {
    fmt::print("\nCASE {}\n", printable(one.name));
    print_files(files_of_case(graph, one, out));
  }
}

void check_writable(const std::filesystem::path& folder, const std::string& option, Faults& faults) {
  std::error_code unused;
  std::filesystem::path nearest = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(nearest, unused) && nearest.has_relative_path()) nearest = nearest.parent_path();
  if (!std::filesystem::is_directory(nearest, unused))
    faults.error({}, fmt::format("{} '{}': '{}' is a file, not a folder", option, folder.string(), nearest.string()));
  else if (access(nearest.c_str(), W_OK | X_OK) != 0)
    faults.error(
        {}, errno == EROFS
                ? fmt::format("{} '{}': the folder '{}' is on a file system that is read-only; choose another", option,
                              folder.string(), nearest.string())
                : fmt::format("{} '{}': there is no right to write in folder '{}'", option, folder.string(), nearest.string()));
}

void prepare_folder(const std::filesystem::path& folder, const std::string& option) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const std::filesystem::path probe = folder / fmt::format(".flowrun-{}", getpid());
  std::error_code unused;
  std::filesystem::remove(probe, unused);  // of a process that had our number
  const int file = failed ? -1 : ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = file >= 0 && ::write(file, "probe", 5) == 5;
  if (file >= 0) ::close(file);
  std::filesystem::remove(probe, unused);
  if (!written)
    throw Error(fmt::format("{} '{}' cannot be written{}", option, folder.string(), failed ? ": " + failed.message() : ""));
}

}  // namespace flowrun
