#include "timeline/flow_arrows.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace flowrun {
namespace {

/// The calls of one node in one case (or once for the run), in the order of their begin.
struct Calls {
  std::vector<std::size_t> all;
  std::map<std::int64_t, std::size_t> first, last;  ///< by chunk; -1: of none
};

using CallsOfCases = std::map<std::int32_t, Calls>;  ///< by case; -1: once for the run

bool is(const TraceEvent& event, const char* what) { return std::strcmp(event.what, what) == 0; }
bool is_call(const TraceEvent& event) { return !event.inside && !is(event, "tasks") && !is(event, "skip"); }

class Arrows {
 public:
  Arrows(const std::vector<TraceEvent>& events, const std::vector<std::int64_t>& chunks, std::size_t nodes)
      : events_(events), calls_(nodes) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!is_call(events[i])) continue;
      Calls& calls = calls_[static_cast<std::size_t>(events[i].node)][events[i].case_index];
      calls.all.push_back(i);
      calls.first.try_emplace(chunks[i], i);
      if (!is(events[i], "accept")) calls.last[chunks[i]] = i;  // which makes nothing
    }
  }

  void add(std::size_t source, std::size_t reader) {
    for (const auto& [one_case, reading] : calls_[reader]) {
      const auto same = calls_[source].find(one_case);
      const auto once = calls_[source].find(-1);
      if (same != calls_[source].end()) connect(same->second, reading);
      else if (once != calls_[source].end()) connect(once->second, reading);
      else if (one_case < 0)  // it collects the cases
        for (const auto& [unused, making] : calls_[source]) connect(making, reading);
    }
  }

  std::vector<FlowArrow> arrows;

 private:
  void connect(const Calls& making, const Calls& reading) {
    bool any = false;  // chunk by chunk
    for (const auto& [chunk, to] : reading.first)
      if (const auto from = making.last.find(chunk); chunk >= 0 && from != making.last.end()) any = draw(from->second, to) || any;
    if (any) return;
    for (const auto& [chunk, from] : making.last) {
      const auto next = std::lower_bound(reading.all.begin(), reading.all.end(), events_[from].end_ns,
                                         [&](std::size_t event, std::int64_t end) { return events_[event].begin_ns < end; });
      if (next != reading.all.end()) draw(from, *next);
    }
  }

  bool draw(std::size_t from, std::size_t to) {
    if (events_[from].end_ns > events_[to].begin_ns) return false;
    arrows.push_back({from, to});
    return true;
  }

  const std::vector<TraceEvent>& events_;
  std::vector<CallsOfCases> calls_;  ///< by node
};

}  // namespace

std::vector<std::int64_t> chunks_of(const std::vector<TraceEvent>& events) {
  std::map<std::int32_t, std::int64_t> most;                                ///< the last chunk of each case
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> next_call;  ///< by node and case
  for (const TraceEvent& event : events) {
    auto& last = most.try_emplace(event.case_index, -1).first->second;
    last = std::max(last, event.chunk);
  }
  std::vector<std::int64_t> chunks;
  for (const TraceEvent& event : events) {
    chunks.push_back(event.chunk);
    if (event.inside || !is(event, "next")) continue;
    const std::int64_t made = next_call[{event.node, event.case_index}]++;
    if (made <= most[event.case_index]) chunks.back() = made;
  }
  return chunks;
}

std::vector<FlowArrow> flow_arrows(const std::vector<TraceEvent>& events, const std::vector<std::int64_t>& chunks,
                                   const ValidatedGraph& graph) {
  Arrows arrows(events, chunks, graph.nodes.size());
  for (std::size_t reader = 0; reader < graph.nodes.size(); ++reader) {
    std::set<std::size_t> sources;
    for (const InputSlot& slot : graph.nodes[reader].slots) sources.insert(slot.source.node);
    for (const std::size_t source : sources) arrows.add(source, reader);
  }
  return std::move(arrows.arrows);
}

}  // namespace flowrun
