// The parts of a graph file, each read from its JSON value. Faults go to the source; what could not be read is left out.
#pragma once

#include "spec/object_reader.h"

namespace flowrun::spec {

inline constexpr int kFormat = 1;  // the format of graph files that this code reads

inline constexpr std::size_t kLargestFile = std::size_t{4} << 20;  // bytes of a graph or a plan
/// Why a file cannot be read as `what` ("a graph"), as "does not exist"; nothing when it can. A pipe or a device may have no end.
std::string file_fault(const std::filesystem::path& file, const std::string& what);

/// A value with its place; lists within lists stay as they are.
Literal read_literal(const Source& source, const json::Value& value);

/// One member of `parameters`.
void read_parameter(Source& source, const json::Member& member, GraphSpec& graph);
/// One member of `inputs`: a value for each case, or packets.
void read_input(Source& source, const json::Member& member, GraphSpec& graph);
/// One member of `nodes`.
void read_node(Source& source, const json::Member& member, GraphSpec& graph);
/// One member of `outputs`.
void read_output(Source& source, const json::Member& member, GraphSpec& graph);

/// "node.port", or a bare name; nothing (and a fault) when the text is neither. `what` starts the message.
std::optional<EndpointSpec> read_endpoint(Source& source, const json::Value& value, const std::string& what);

/// A whole graph from its JSON tree; null when the format is one that this code does not read.
std::shared_ptr<GraphSpec> read_graph(Source& source, const json::Value& root);

}  // namespace flowrun::spec
