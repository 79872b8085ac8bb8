#pragma once

#include <optional>
#include <string>
#include <vector>

#include "validate/draft.h"

namespace flowrun::checks {

/// What an endpoint gives, as its own file declares it.
struct Offer {
  std::string payload;  ///< empty: not known
  bool variadic = false;
};

/// A port of a node type or of a subgraph, seen from the node that uses it.
struct PortView {
  std::string name;
  std::string payload;
  bool required = true;
  bool variadic = false;
};

/// Looks endpoints up in the graph file that they are written in.
class Endpoints {
 public:
  explicit Endpoints(Draft& draft) : draft_(draft) {}

  /// What an endpoint offers, or nothing and a fault that starts with `what`.
  std::optional<Offer> check(std::size_t instance, const EndpointSpec& endpoint, const std::string& what);

  /// The payload that an endpoint gives; empty: not known. Reports nothing.
  std::string payload(std::size_t instance, const EndpointSpec& endpoint) { return payload_of(instance, endpoint, 0); }

  /// The outputs of plain nodes that an endpoint stands for, through subgraphs: none where it is faulty or an optional input that
  /// nothing is connected to. Never reports a name: check did.
  std::vector<Edge> resolve(std::size_t instance, const EndpointSpec& endpoint);

 private:
  std::optional<Offer> check_bare(const Instance& instance, const EndpointSpec& endpoint, const std::string& what);
  std::optional<Offer> check_output(const Instance& instance, const EndpointSpec& endpoint, const std::string& what);
  std::string payload_of(std::size_t instance, const EndpointSpec& endpoint, int depth);
  bool is_list(std::size_t instance, const EndpointSpec& endpoint, int depth) const;
  Edge edge_from(std::size_t node, const std::string& output, const SourceLocation& place) const;
  void follow(std::size_t instance, const EndpointSpec& endpoint, const SourceLocation& place, int depth,
              std::vector<Edge>& found);

  Draft& draft_;
  int steps_ = 0;
};

const OutputSpec* find_output(const GraphSpec& graph, const std::string& name);
const PortSpec* find_port(const GraphSpec& graph, const std::string& name);

}  // namespace flowrun::checks
