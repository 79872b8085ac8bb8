#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// A part of a graph, and ports whose packets are written to files.
struct PartialRequest {
  std::vector<std::string> until;  ///< "NODE" or "NODE.PORT": only what these need runs, and what they make is written
  std::vector<std::string> keep;   ///< "NODE.PORT" or "NODE.PORT=FILE": written as well; FILE may contain ${case} and ${out}
  bool asks() const { return !until.empty() || !keep.empty(); }
};

/// The graph with nodes that write the ports, each by the one type of the registry that writes such a payload: one input, one
/// path to write, nothing else that must be given. With `until`, without the nodes that these ports do not need, under a name of
/// its own, so that its records do not replace those of the whole graph. Faults are added; null where there are errors.
std::shared_ptr<const ValidatedGraph> partial_graph(const ValidatedGraph& whole, const PartialRequest& request,
                                                    const Registry& registry, Diagnostics& faults);

}  // namespace flowrun
