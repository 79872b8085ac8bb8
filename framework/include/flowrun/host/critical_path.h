#pragma once

#include <string>
#include <vector>

#include "flowrun/host/case_record.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// What is known of one node in one case.
struct NodeSpan {
  std::string id;
  std::vector<std::size_t> sources;  ///< nodes that it reads, by index
  bool fired = false;
  double begin_s = 0, end_s = 0;  ///< of its first and last call, since the case began
  double busy_s = 0;
};
std::vector<NodeSpan> spans_of(const CaseRecord& record);
std::vector<NodeSpan> spans_of(const ValidatedGraph& graph, const CaseResult& result);

/// One part of the way by which a case came to its end: a node, or nodes of which each began while the one before still ran (a
/// stream).
struct PathStep {
  std::vector<std::string> nodes;  ///< in the order of the data
  std::string busiest;             ///< of them
  double seconds = 0;              ///< from the end of the step before, so with any waiting for a thread
};

/// The chain of nodes that bound a case: from the node that ended last back over the input that came last, each time. The steps'
/// seconds add up to the end of the last node.
std::vector<PathStep> critical_path(const std::vector<NodeSpan>& nodes);

/// "networks/initial 8.1 s > montage 2.9 s, others 0.3 s": the steps of at least a twentieth, in their order.
std::string path_text(const std::vector<PathStep>& path);

}  // namespace flowrun
