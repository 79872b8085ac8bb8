// fmt and migrate: a graph file written anew.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "authoring.h"
#include "exit_status.h"
#include "flowrun/host/graph_form.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "text_layout.h"
#include "written_file.h"

namespace flowrun {
namespace {

/// The first line, from 1, in which two texts differ.
std::size_t first_difference(const std::string& a, const std::string& b) {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(std::count(a.begin(), ends.first, '\n')) + 1;
}

/// The file behind a link gets the text, and keeps its permissions.
void rewrite(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path real = std::filesystem::canonical(file);
  AtomicFile pending(real, real.extension().string());
  std::ofstream stream(pending.temporary(), std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Error(write_failure(real, errno));
  std::error_code failed;  // a file system without permissions is no reason to stop
  std::filesystem::permissions(pending.temporary(), std::filesystem::status(real).permissions(), failed);
  pending.commit();
}

int put(const std::string& file, const RewrittenText& text, const std::string& output, bool in_place) {
  if (in_place && text.before != text.after) rewrite(file, text.after);
  else if (!output.empty()) write_atomically(output, text.after);
  else if (!in_place) fmt::print("{}", text.after);
  return kAllDone;
}

/// Only a graph is replaced by a graph.
void spare_other_files(const std::string& output) {
  const auto is_graph = [](const std::string& beginning) {
    return beginning.find_first_not_of(" \t\r\n") == beginning.find('{') &&
           (beginning.find("\"format\"") != std::string::npos || beginning.find("\"nodes\"") != std::string::npos);
  };
  if (output.empty()) return;
  if (const std::string fault = overwrite_fault(output, "--output", "graph of flowrun", is_graph); !fault.empty())
    throw Error(fault);
}

int format_one(const FmtCommand& command, const std::string& graph) {
  Faults faults;
  const auto text = format_graph(graph, faults);
  print_faults(faults);
  if (!text) return kWrongInput;
  if (!command.check) return put(graph, *text, command.output, command.in_place);
  if (text->before == text->after) return kAllDone;
  fmt::print(stderr, "{}:{}: not in canonical form from here on; 'flowrun fmt --in-place' writes it so\n", printable(graph),
             first_difference(text->before, text->after));
  return kSomeCaseFailed;
}

}  // namespace

int execute(const FmtCommand& command) {
  if (command.graphs.size() > 1 && !command.check && !command.in_place)
    throw Error("several graphs can be checked (--check) or written anew (--in-place), but not printed as one");
  spare_other_files(command.output);
  int status = kAllDone;
  for (const std::string& graph : command.graphs) status = std::max(status, format_one(command, graph));
  return status;
}

int execute(const MigrateCommand& command) {
  spare_other_files(command.output);
  Faults faults;
  const auto text = migrate_graph(command.graph, faults);
  print_faults(faults);
  if (!text) return kWrongInput;
  if (text->steps.empty()) {
    fmt::print("{}: format {} is the newest; there is nothing to change\n", printable(command.graph), kGraphFormat);
    return kAllDone;
  }
  for (const std::string& step : text->steps) fmt::print(stderr, "{}: {}\n", printable(command.graph), printable(step));
  return put(command.graph, *text, command.output, command.in_place);
}

}  // namespace flowrun
