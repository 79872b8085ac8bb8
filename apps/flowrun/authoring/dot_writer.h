#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// What a node did over the cases of a run.
struct NodeWork {
  std::int64_t firings = 0;
  double busy_s = 0;
  std::size_t left_out = 0;  ///< cases in which it did not run
};

struct GraphWork {
  std::map<std::string, NodeWork> nodes;  ///< by id
  double busy_s = 0;
  std::size_t cases = 0;
};

struct DrawOptions {
  int depth = -1;                   ///< subgraphs deeper than this are one box each; 0: all of them; below 0: none
  const GraphWork* work = nullptr;  ///< of a run; null: the graph alone
};

/// The graph as Graphviz DOT: a box for each node (id, type, how often it fires), coloured by plugin; edges labelled with ports
/// and payload where an output is first read, heavy where chunks stream; a cluster around the nodes of each subgraph. With a
/// run's work, a box also says how often its node fired and how long it was busy, and its border is heavier the longer that was.
/// Names are escaped: they come from files.
std::string to_dot(const ValidatedGraph& graph, const DrawOptions& options = {});

}  // namespace flowrun
