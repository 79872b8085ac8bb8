// Finds cycles, and puts the nodes in an order in which every edge leads to a later one.
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <queue>

#include "validate/draft.h"

namespace flowrun::checks {
namespace {

using Flow = boost::adjacency_list<boost::setS, boost::vecS, boost::directedS>;  // source -> consumer

Flow flow_of(const Draft& draft) {
  Flow flow(draft.nodes.size());
  for (std::size_t consumer = 0; consumer < draft.nodes.size(); ++consumer)
    for (const Edge& edge : draft.nodes[consumer].edges) boost::add_edge(edge.source, consumer, flow);
  return flow;
}

/// The shortest way from a node back to itself inside its component, that node first; empty: there is none.
std::vector<std::size_t> cycle_through(const Flow& flow, std::size_t start, const std::vector<int>& component) {
  std::vector<std::size_t> from(boost::num_vertices(flow), SIZE_MAX);
  std::queue<std::size_t> next({start});
  while (!next.empty()) {
    const std::size_t node = next.front();
    next.pop();
    for (const auto edge : boost::make_iterator_range(boost::out_edges(node, flow))) {
      const std::size_t consumer = boost::target(edge, flow);
      if (component[consumer] != component[start] || (from[consumer] != SIZE_MAX)) continue;
      from[consumer] = node;
      if (consumer != start) {
        next.push(consumer);
        continue;
      }
      std::vector<std::size_t> cycle{start};
      for (std::size_t at = node; at != start; at = from[at]) cycle.push_back(at);
      std::reverse(cycle.begin() + 1, cycle.end());
      return cycle;
    }
  }
  return {};
}

void report_cycle(Draft& draft, const std::vector<std::size_t>& cycle) {
  std::string text;
  for (const std::size_t node : cycle) text += draft.nodes[node].id + " -> ";
  text += draft.nodes[cycle.front()].id;
  const DraftNode& first = draft.nodes[cycle.front()];
  const auto closing =
      std::find_if(first.edges.begin(), first.edges.end(), [&](const Edge& edge) { return edge.source == cycle.back(); });
  draft.faults.error(closing->place, "nodes wait for each other in a circle: " + text + "; take one of these edges away");
}

/// Whether there are cycles; one of each knot of them is reported.
bool has_cycles(Draft& draft, const Flow& flow) {
  std::vector<int> component(draft.nodes.size());
  boost::strong_components(flow, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, flow)));
  std::set<int> reported;
  for (std::size_t node = 0; node < draft.nodes.size(); ++node) {
    if (reported.count(component[node])) continue;
    const auto cycle = cycle_through(flow, node, component);
    if (cycle.empty()) continue;
    report_cycle(draft, cycle);
    reported.insert(component[node]);
  }
  return !reported.empty();
}

}  // namespace

void order_nodes(Draft& draft) {
  const Flow flow = flow_of(draft);
  if (has_cycles(draft, flow)) return;
  std::vector<std::size_t> waiting(draft.nodes.size(), 0);
  for (const auto edge : boost::make_iterator_range(boost::edges(flow))) ++waiting[boost::target(edge, flow)];
  std::set<std::size_t> ready;  // the smallest first: the order of the file, where the edges leave a choice
  for (std::size_t node = 0; node < waiting.size(); ++node)
    if (waiting[node] == 0) ready.insert(node);
  while (!ready.empty()) {
    const std::size_t node = *ready.begin();
    ready.erase(ready.begin());
    draft.order.push_back(node);
    for (const auto edge : boost::make_iterator_range(boost::out_edges(node, flow)))
      if (const std::size_t consumer = boost::target(edge, flow); --waiting[consumer] == 0) ready.insert(consumer);
  }
}

}  // namespace flowrun::checks
