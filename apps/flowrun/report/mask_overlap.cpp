#include "report/mask_overlap.h"

#include "flowrun/host/runtime.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

constexpr const char* kGraph = R"({
  "format": 1,
  "name": "overlap",
  "inputs": { "a": { "type": "path" }, "b": { "type": "path" } },
  "nodes": {
    "a": { "type": "io.read_mask", "params": { "path": "${a}" } },
    "b": { "type": "io.read_mask", "params": { "path": "${b}" } },
    "overlap": { "type": "evaluate.overlap", "inputs": { "found": "b.mask", "reference": "a.mask" } }
  }
})";

constexpr const char* kLabelsGraph = R"({
  "format": 1,
  "name": "overlap",
  "inputs": { "a": { "type": "path" }, "b": { "type": "path" } },
  "nodes": {
    "a": { "type": "io.read_labels", "params": { "path": "${a}" } },
    "b": { "type": "io.read_labels", "params": { "path": "${b}" } },
    "overlap": { "type": "evaluate.labels", "inputs": { "found": "b.labels", "reference": "a.labels" } }
  }
})";

std::optional<double> figure(const CaseResult& result, const std::string& name) {
  for (const Report& report : result.reports)
    if (report.node == "overlap" && report.name == name) return report.value;
  return std::nullopt;
}

std::optional<double> ml(std::optional<double> mm3) { return mm3 ? std::optional(*mm3 / 1000) : std::nullopt; }

/// What the graph finds of each pair, in their order.
std::vector<CaseResult> measured(const char* graph_text, const std::vector<MaskPair>& pairs, Registry& registry) {
  if (pairs.empty()) return {};
  Diagnostics faults;
  const auto spec = parse_graph(graph_text, "the graph of the comparison", faults);
  const auto graph = spec ? validate(*spec, registry, {}, faults) : nullptr;
  if (!graph) throw Error("masks cannot be compared: " + (faults.all().empty() ? "" : faults.all().front().message));
  std::vector<Case> cases;
  for (const MaskPair& pair : pairs) {
    cases.push_back({.name = "pair" + std::to_string(cases.size()), .inputs = {}, .bids_folder = "", .own = {}, .place = {}});
    cases.back().inputs = {{"a", pair.a.string()}, {"b", pair.b.string()}};
  }
  RunOptions options;
  options.device = "cpu";
  return Run(graph, registry, options).execute(cases).cases;
}

}  // namespace

std::vector<MaskOverlap> mask_overlaps(const std::vector<MaskPair>& pairs, Registry& registry) {
  std::vector<MaskOverlap> overlaps;
  for (const CaseResult& one : measured(kGraph, pairs, registry))
    overlaps.push_back({figure(one, "dice"), ml(figure(one, "reference_mm3")), ml(figure(one, "found_mm3")),
                        one.errors.empty() ? "" : one.errors.front().message});
  return overlaps;
}

std::vector<std::optional<double>> mean_label_dice(const std::vector<MaskPair>& pairs, Registry& registry) {
  std::vector<std::optional<double>> means;
  for (const CaseResult& one : measured(kLabelsGraph, pairs, registry)) means.push_back(figure(one, "mean_dice"));
  return means;
}

}  // namespace flowrun
