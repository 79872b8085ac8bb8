#include "verbs/fmt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "authoring/rewritten_graph.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/fault_lines.h"

namespace flowrun {
namespace {

struct FmtCommand {
  Words graphs;
  std::string output;  ///< empty: the standard output
  bool check = false;
  bool in_place = false;
};

/// The first line, from 1, in which two texts differ.
std::size_t first_difference(const std::string& a, const std::string& b) {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(std::count(a.begin(), ends.first, '\n')) + 1;
}

int format_one(const FmtCommand& command, const std::string& graph) {
  Diagnostics faults;
  const auto text = format_graph(graph, faults);
  print_faults(faults);
  if (!text) return kWrongInput;
  if (!command.check) return put_graph(graph, *text, command.output, command.in_place), kAllDone;
  if (text->before == text->after) return kAllDone;
  fmt::print(stderr, "{}:{}: not in canonical form from here on; 'flowrun fmt --in-place' writes it so\n", printable(graph),
             first_difference(text->before, text->after));
  return kSomeCaseFailed;
}

int format(const FmtCommand& command) {
  if (command.graphs.size() > 1 && !command.check && !command.in_place)
    throw Error("several graphs can be checked (--check) or written back (--in-place), but not printed as one");
  spare_other_files(command.output);
  int status = kAllDone;
  for (const std::string& graph : command.graphs) status = std::max(status, format_one(command, graph));
  return status;
}

}  // namespace

Verb fmt_verb(CLI::App& app) {
  Verb verb(app, "fmt", "print a graph in its canonical form",
            "  flowrun fmt segment.json\n"
            "  flowrun fmt segment.json --in-place\n"
            "  flowrun fmt graphs/*.json --check\n\n"
            "Puts keys in their usual order and breaks lines at 130 characters. No value changes, also not the way\n"
            "in which a number is written; names of nodes and parameters stay in their order, and x-* keys stay.\n"
            "Plans of 'flowrun crossval' and other JSON files are taken too.\n\n"
            "Exit status: 0 done; 1 with --check: a file is not in canonical form; 2 a file cannot be read or\n"
            "written or is not JSON, or the command line is wrong.");
  FmtCommand& command = verb.carried_out_by(format);
  verb.arguments("GRAPH", command.graphs, "graph files (JSON)");
  verb.flag("--check", command.check, "print nothing; say which files are not in canonical form");
  verb.flag("--in-place", command.in_place, "write each changed file back to its place");
  verb.exclude("--in-place", "--check");
  verb.output(command.output);
  verb.exclude("--output", "--check");
  verb.exclude("--output", "--in-place");
  return verb;
}

}  // namespace flowrun
