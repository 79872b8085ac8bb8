#include "flowrun/host/run_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowrun/host/comparison.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

void RunReport::add(const CaseRecord& record) {
  if (record.graph_hash.empty()) return;  // a case that was not begun
  ++cases;
  if (graph_hash.empty()) {
    first_case = record.name;
    graph = record.graph;
    graph_file = record.graph_file;
    graph_hash = record.graph_hash;
    models = record.models;
    for (const NodeRecord& node : record.nodes) {
      nodes.push_back({node, {}, {}, 0});
      nodes.back().node.firings = 0;
      nodes.back().node.busy_s = 0;
    }
  }
  if (record.status == CaseStatus::done && record.seconds >= slowest_seconds) {
    slowest_seconds = record.seconds;
    slowest_case = record.name;
    slowest_path = critical_path(spans_of(record));
  }
  if (record.graph_hash != graph_hash && ++of_another_graph == 1) {
    std::vector<NodeRecord> first;
    for (const NodeSummary& one : nodes) first.push_back(one.node);
    other_case = record.name;
    difference = graph_changes(first, record.nodes).front();
  }
  for (const NodeRecord& part : record.nodes) {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const NodeSummary& one) { return one.node.id == part.id; });
    if (found == nodes.end() || part.firings == 0) continue;
    found->node.firings += part.firings;
    found->node.busy_s += part.busy_s;
    busy_s += part.busy_s;
    found->case_seconds.push_back(static_cast<float>(part.busy_s));
    if (part.busy_s < found->slowest_seconds) continue;
    found->slowest_seconds = part.busy_s;
    found->slowest_case = record.name;
  }
}

std::string RunReport::mixture_text() const {
  if (of_another_graph == 0) return "";
  return fmt::format(
      "the cases were not all made by the same graph, parameters and plugin versions: {} of {} differ from case '{}', such as '{}' "
      "({}); run these again alike, or into a folder of their own, before the results are compared",
      of_another_graph, cases, first_case, other_case, difference);
}

RunFacts facts_of(const ValidatedGraph& graph, const RunResult& result) {
  RunFacts facts;
  facts.interrupted = result.interrupted;
  facts.cases = result.cases.size();
  facts.seconds = result.seconds;
  facts.threads = result.threads;
  facts.peak_resident_bytes = result.peak_resident_bytes;
  facts.errors = result.run_errors;
  facts.warnings = result.warnings;
  for (const Report& report : result.run_reports) {
    const auto node =
        std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const auto& one) { return one.id == report.node; });
    facts.figures.push_back(
        {{static_cast<std::size_t>(node - graph.nodes.begin()), report.node + "." + report.name}, report.value});
  }
  return facts;
}

}  // namespace flowrun
