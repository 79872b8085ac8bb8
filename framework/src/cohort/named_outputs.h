#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// An output as a person names it: of a node, or of a subgraph, where it stands for the output of a node inside.
struct NamedOutput {
  std::string node, port;  ///< as edges name it
  SourceRef source;
};

/// What a word names: "NODE", "NODE.PORT", "SUBGRAPH" or "SUBGRAPH.PORT".
struct NamedOutputs {
  bool whole = false;  ///< no port is named: all outputs
  std::vector<NamedOutput> outputs;
  std::vector<std::size_t> nodes;  ///< plain nodes that make them; a node is there without any output too
  std::string known;               ///< "it has volume, mask"
};

/// Nothing, and a sentence in `fault`, where the graph has nothing of the name or the output stands for no single node.
std::optional<NamedOutputs> named_outputs(const ValidatedGraph& graph, const std::string& word, std::string& fault);

/// The index of a plain node.
std::optional<std::size_t> node_named(const ValidatedGraph& graph, const std::string& id);

}  // namespace flowrun
