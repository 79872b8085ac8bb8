#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "commands.h"
#include "dot_writer.h"
#include "exit_status.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "graphviz.h"
#include "text_layout.h"
#include "written_file.h"

namespace flowrun {
namespace {

void spare_other_files(const std::string& output, bool is_svg) {
  const auto is_one = [&](const std::string& beginning) {
    return is_svg ? beginning.find("<svg") != std::string::npos : beginning.starts_with("digraph");
  };
  if (const std::string fault = overwrite_fault(output, "--output", is_svg ? "SVG picture" : "DOT text", is_one); !fault.empty())
    throw Error(fault);
}

/// The file appears whole or not at all.
void write_picture(const std::filesystem::path& file, const std::string& dot) {
  write_atomically(file, file.extension() == ".svg" ? svg_of(dot) : dot);
}

}  // namespace

int execute(const DrawCommand& command) {
  const std::string extension = std::filesystem::path(command.output).extension().string();
  if (!command.output.empty() && extension != ".dot" && extension != ".svg")
    throw Error("--output '" + command.output + "' must end in .dot or .svg");
  if (!command.output.empty()) spare_other_files(command.output, extension == ".svg");
  const Registry registry = open_registry(command.plugin_paths);
  Faults faults;
  const CheckedGraph checked = check_graph(command.graph, command.settings, registry, faults, Files::may_be_missing);
  print_faults(faults);
  if (!checked.graph || faults.has_errors()) return kWrongInput;
  const std::string dot = to_dot(*checked.graph);
  try {
    if (command.output.empty()) fmt::print("{}", dot);
    else write_picture(command.output, dot);
  } catch (const Interrupted&) {
    fmt::print(stderr, "\nflowrun: interrupted\n");
    return kInterrupted;
  }
  return kAllDone;
}

}  // namespace flowrun
