// The parts of a graph file, each read from its JSON value. Faults go to the source; what could not be read is left out.
#pragma once

#include "spec/object_reader.h"

namespace flowrun::spec {

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

enum class BidsUse { read, written };
/// The `bids` object of an input, or of a parameter of a node that writes; nothing where it is no object.
std::optional<BidsName> read_bids(Source& source, const json::Value& value, const std::string& what, BidsUse use);

/// "node.port", or a bare name; nothing (and a fault) when the text is neither. `what` starts the message.
std::optional<EndpointSpec> read_endpoint(Source& source, const json::Value& value, const std::string& what);

/// The `when` of a node. What is faulty is reported and left out.
void read_conditions(Source& source, const json::Value& value, const std::string& what, std::vector<ConditionSpec>& conditions);
/// A parameter that is an object: { "number": "node.port" }.
std::optional<NumberSpec> read_number(Source& source, const json::Member& param, const std::string& what);

/// A whole graph from its JSON tree; null when the format is one that this code does not read.
std::shared_ptr<GraphSpec> read_graph(Source& source, const json::Value& root);

}  // namespace flowrun::spec
