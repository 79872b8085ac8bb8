// Decides how often each node fires: once for the run, for each case, or for each chunk of a case.
#include <algorithm>

#include "validate/draft.h"
#include "validate/expressions.h"

namespace flowrun::checks {
namespace {

std::string once_for(Scope scope) {
  switch (scope) {
    case Scope::run:
      return "once for the run";
    case Scope::per_case:
      return "once for each case";
    case Scope::chunk:
      return "once for each chunk of a case";
  }
  return "";
}

std::string item_of(Scope scope) {
  switch (scope) {
    case Scope::run:
      return "one item for the run";
    case Scope::per_case:
      return "one item for each case";
    case Scope::chunk:
      return "a stream of chunks of each case";
  }
  return "";
}

Scope coarser(Scope scope) { return scope == Scope::chunk ? Scope::per_case : Scope::run; }

/// What a collecting port collects; its type should say so.
Scope collected_scope(const InputPort& port) { return port.scope.value_or(Scope::chunk); }

/// What arrives along an edge, and of which stream when it is chunks.
struct Arrival {
  Scope scope = Scope::per_case;
  std::optional<std::size_t> origin;
};

class NodeScope {
 public:
  NodeScope(Draft& draft, std::size_t index) : draft_(draft), node_(draft.nodes[index]) {}

  void assign() {
    if (!node_.type) return;
    Scope firing = Scope::run;
    bool known = true, plain = false, collecting = false;
    for (const Edge& edge : node_.edges) {
      const auto arrival = arrival_of(edge);
      if (!arrival || !accepts(edge, *arrival)) {
        known = false;
        continue;
      }
      if (port(edge).collects) {
        collecting = true;
        collected_ = coarser(collected_scope(port(edge)));
      } else {
        plain = true;
        firing = std::max(firing, arrival->scope);
        if (arrival->scope == Scope::chunk) known = joins(edge, *arrival) && known;
      }
    }
    if (!known) return;
    if (collecting) firing = fires_collecting(firing);
    else if (!plain) firing = Scope::per_case;
    finish(firing);
  }

 private:
  const InputPort& port(const Edge& edge) const { return node_.type->type.inputs[*edge.port]; }
  std::string words(const Edge& edge) const { return node_.name() + ": input '" + port(edge).name + "'"; }
  std::string source_words(const Edge& edge) const {
    const DraftNode& source = draft_.nodes[edge.source];
    return "'" + source.id + "." + source.type->type.outputs[*edge.source_port].name + "'";
  }

  std::optional<Arrival> arrival_of(const Edge& edge) const {
    if (!edge.known()) return std::nullopt;
    const DraftNode& source = draft_.nodes[edge.source];
    if (!source.scope) return std::nullopt;
    if (source.type->type.outputs[*edge.source_port].stream) return Arrival{Scope::chunk, edge.source};
    return Arrival{*source.scope, source.stream_origin};
  }

  bool accepts(const Edge& edge, const Arrival& arrival) {
    const InputPort& in = port(edge);
    if (in.collects && arrival.scope != collected_scope(in)) {
      draft_.faults.error(
          edge.place, words(edge) + " collects " +
                          (collected_scope(in) == Scope::chunk ? "the chunks of a case" : "the items of all cases") + ", but " +
                          source_words(edge) + " gives " + item_of(arrival.scope));
      return false;
    }
    if (!in.collects && in.scope && arrival.scope > *in.scope) {
      draft_.faults.error(edge.place, words(edge) + " takes " + item_of(*in.scope) + ", but " + source_words(edge) + " gives " +
                                          item_of(arrival.scope) + "; put a node between them whose input collects");
      return false;
    }
    return true;
  }

  /// Chunks of one stream fit together one by one; those of two streams do not.
  bool joins(const Edge& edge, const Arrival& arrival) {
    if (!node_.stream_origin) {
      node_.stream_origin = arrival.origin;
      stream_edge_ = &edge;
      return true;
    }
    if (node_.stream_origin == arrival.origin) return true;
    draft_.faults.error(edge.place, words(edge) + " takes chunks of the stream of '" + draft_.nodes[*arrival.origin].id +
                                        "', but input '" + port(*stream_edge_).name + "' takes chunks of the stream of '" +
                                        draft_.nodes[*node_.stream_origin].id + "'; chunks of two streams do not fit together");
    return false;
  }

  /// A node that collects fires at the next coarser scope; plain inputs beside that are no finer.
  Scope fires_collecting(Scope plain) {
    if (plain <= collected_) return collected_;
    for (const Edge& edge : node_.edges) {
      const auto arrival = arrival_of(edge);
      if (port(edge).collects || !arrival || arrival->scope <= collected_) continue;
      draft_.faults.error(edge.place, words(edge) + " gets " + item_of(arrival->scope) + " from " + source_words(edge) +
                                          ", but the node collects and so fires " + once_for(collected_));
    }
    failed_ = true;
    return collected_;
  }

  void finish(Scope firing) {
    const auto& outputs = node_.type->type.outputs;
    for (const OutputPort& output : outputs) {
      if (!output.stream || firing == Scope::per_case) continue;
      draft_.faults.error(node_.spec->place, node_.name() + ": output '" + output.name +
                                                 "' is a stream, which only a node that fires once " +
                                                 "for each case can give, but this one fires " + once_for(firing));
      failed_ = true;
    }
    if (firing != Scope::chunk) node_.stream_origin.reset();
    if (firing == Scope::run) check_run_values(), check_run_conditions();
    else check_run_items(firing);
    if (!failed_) node_.scope = firing;
  }

  /// A node that fires once for the run has no case whose values it could use.
  void check_run_values() {
    for (const ParamExpression& param : node_.params) {
      const auto piece = std::find_if(param.pieces.begin(), param.pieces.end(),
                                      [](const auto& one) { return !one.case_value.empty() && one.case_value != "out"; });
      if (piece == param.pieces.end()) continue;
      draft_.faults.error(param.place, node_.name() + ", parameter '" + param.name +
                                           "': the node fires once for the run; it cannot use ${" + piece->case_value +
                                           "}, which differs from case to case");
      failed_ = true;
    }
  }

  void check_run_conditions() {
    for (const Condition& condition : node_.conditions) {
      const bool constant = condition.kind == ConditionSpec::Kind::value && condition.value.constant;
      if (constant) continue;
      draft_.faults.error(condition.place, node_.name() + ", when: the node fires once for the run, and '" + condition.text +
                                               "' differs from case to case");
      failed_ = true;
    }
  }

  /// An item of the run is there when all cases have ended, so no case can wait for it.
  void check_run_items(Scope firing) {
    for (const Edge& edge : node_.edges) {
      const auto arrival = arrival_of(edge);
      if (!arrival || arrival->scope != Scope::run) continue;
      draft_.faults.error(edge.place, words(edge) + " takes " + source_words(edge) +
                                          ", which is there only when all cases have ended, but " + "the node fires " +
                                          once_for(firing));
      failed_ = true;
    }
  }

  Draft& draft_;
  DraftNode& node_;
  Scope collected_ = Scope::per_case;
  const Edge* stream_edge_ = nullptr;
  bool failed_ = false;
};

}  // namespace

void assign_scopes(Draft& draft) {
  for (const std::size_t index : draft.order) NodeScope(draft, index).assign();
}

}  // namespace flowrun::checks
