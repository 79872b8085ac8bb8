#include "report/run_plan.h"

#include <fmt/format.h>

#include <cstdio>

#include "flowrun/host/case_recorder.h"
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

}  // namespace flowrun
