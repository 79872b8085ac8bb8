#include "flowrun/host/critical_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "flowrun/host/case_row.h"
#include "flowrun/host/text.h"

namespace flowrun {
namespace {

constexpr double kOverlap = 1e-3;  ///< seconds; short calls are timed in groups, so a reader may seem to begin a little early
constexpr double kSmallShare = 0.05;

std::optional<std::size_t> last_of(const std::vector<NodeSpan>& nodes, const std::vector<std::size_t>& among) {
  std::optional<std::size_t> last;
  for (const std::size_t i : among)
    if (nodes[i].fired && (!last || nodes[i].end_s > nodes[*last].end_s)) last = i;
  return last;
}

std::vector<std::size_t> chain_of(const std::vector<NodeSpan>& nodes) {
  std::vector<std::size_t> all(nodes.size()), chain;
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  for (auto at = last_of(nodes, all); at; at = last_of(nodes, nodes[*at].sources)) {
    if (!chain.empty() && *at >= chain.back()) break;  // sources come before their readers
    chain.push_back(*at);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace

std::vector<NodeSpan> spans_of(const CaseRecord& record) {
  std::map<std::string, std::size_t> places;
  std::vector<NodeSpan> spans;
  for (const NodeRecord& node : record.nodes) {
    NodeSpan span{node.id, {}, node.firings > 0, node.begin_s, node.end_s, node.busy_s};
    for (const std::string& source : sources_of(node))
      if (const auto place = places.find(source); place != places.end()) span.sources.push_back(place->second);
    places.emplace(node.id, spans.size());
    spans.push_back(std::move(span));
  }
  return spans;
}

std::vector<NodeSpan> spans_of(const ValidatedGraph& graph, const CaseResult& result) {
  std::vector<NodeSpan> spans;
  for (const ValidatedNode& node : graph.nodes) {
    spans.push_back({node.id, {}, false, 0, 0, 0});
    for (const InputSlot& slot : node.slots) spans.back().sources.push_back(slot.source.node);
  }
  for (const CaseTiming& timing : result.timings) {
    NodeSpan& span = spans[timing.node];
    span.fired = true;
    span.begin_s = timing.begin_s;
    span.end_s = timing.end_s;
    span.busy_s = timing.busy_s;
  }
  return spans;
}

std::vector<PathStep> critical_path(const std::vector<NodeSpan>& nodes) {
  std::vector<PathStep> path;
  double before = 0, busiest = 0;
  const NodeSpan* previous = nullptr;
  for (const std::size_t index : chain_of(nodes)) {
    const NodeSpan& node = nodes[index];
    const bool overlaps = previous && node.begin_s < previous->end_s - kOverlap;
    if (!overlaps) path.push_back({{}, node.id, 0}), busiest = node.busy_s;
    path.back().nodes.push_back(node.id);
    path.back().seconds += std::max(0.0, node.end_s - before);
    if (node.busy_s > busiest) path.back().busiest = node.id, busiest = node.busy_s;
    before = std::max(before, node.end_s);
    previous = &node;
  }
  return path;
}

std::string path_text(const std::vector<PathStep>& path) {
  double all = 0, small = 0;
  for (const PathStep& step : path) all += step.seconds;
  std::string text;
  for (const PathStep& step : path) {
    if (step.seconds < kSmallShare * all) {
      small += step.seconds;
      continue;
    }
    std::string name = step.busiest;
    if (step.nodes.size() > 1) name += fmt::format(" (with {} streamed beside it)", step.nodes.size() - 1);
    text += fmt::format("{}{} {}", text.empty() ? "" : " > ", name, duration_text(step.seconds));
  }
  if (small >= 0.005) text += fmt::format("{}others {}", text.empty() ? "" : ", ", duration_text(small));
  return text;
}

}  // namespace flowrun
