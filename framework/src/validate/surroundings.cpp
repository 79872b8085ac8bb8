// What surrounds the graph: devices, files, and parts that are not used.
#include <algorithm>
#include <set>

#include "flowrun/sdk/payloads.h"
#include "validate/conditional_files.h"
#include "validate/draft.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

/// Reports each place once: a subgraph may be in use several times.
class OncePerPlace {
 public:
  bool is_new(const SourceLocation& place) { return seen_.insert({place.file, place.line, place.column}).second; }

 private:
  std::set<std::tuple<std::string, int, int>> seen_;
};

bool writes_files(const NodeType& type) {
  return std::any_of(type.params.begin(), type.params.end(),
                     [](const ParamSpec& param) { return param.type == ParamType::path && param.role == PathRole::output; });
}

/// Whether a node is of no use where nothing reads its outputs. One that makes only Numbers reports them too.
bool makes_more_than_figures(const NodeType& type) {
  return std::any_of(type.outputs.begin(), type.outputs.end(), [](const OutputPort& port) { return port.payload != Number::kType; });
}

void warn_unused_values(Draft& draft) {
  OncePerPlace places;
  for (const Instance& instance : draft.instances) {
    for (const auto& [name, binding] : instance.names) {
      if (binding.used || binding.place.line == 0 || !places.is_new(binding.place)) continue;
      const std::string kind = binding.spec.per_case ? "graph input '" : "parameter '";
      draft.faults.warning(binding.place, kind + name + "': nothing in the graph uses it");
    }
  }
}

void check_isolation(Draft& draft, const DraftNode& node) {
  const RunSpec& run = node.spec->run;
  const bool isolated = run.isolate.value_or(false);
  const std::string start = node.name() + ", run: ";
  if (!isolated && (run.timeout || run.memory))
    draft.faults.error(
        run.place, start + "'timeout' and 'memory' are limits of a process of its own; add \"isolate\": true, or leave them out");
  if (!isolated) return;
  const NodeType& type = node.type->type;
  if (type.streams() || type.collects())
    draft.faults.error(run.place, start + "'isolate' is for nodes that make one output of one input, and " + type.name +
                                      (type.streams() ? " makes a stream" : " collects items"));
  if (node.type->library.empty())
    draft.faults.error(run.place,
                       start + "'isolate' is for nodes of plugins, and " + type.name + " is of the application itself");
}

}  // namespace

void check_run_options(Draft& draft) {
  for (const DraftNode& node : draft.nodes) {
    if (!node.type) continue;
    const RunSpec& run = node.spec->run;
    const NodeType& type = node.type->type;
    if (run.device && run.device->rfind("cuda", 0) == 0 && !type.cuda)
      draft.faults.error(run.place, node.name() + ", run: device '" + *run.device + "' is asked for, but " + type.name +
                                        " runs on the CPU only");
    if (run.concurrency.value_or(1) > 1 && !type.concurrent)
      draft.faults.error(run.place, node.name() + ", run: a concurrency of " + std::to_string(*run.concurrency) +
                                        " is asked for, but " + type.name + " can do only one firing at a time");
    check_isolation(draft, node);
    if (run.cache == "always" && !type.repeatable)
      draft.faults.error(run.place, node.name() + ", run: 'cache' is always, but " + type.name +
                                        " may give another result each time, so that none is kept; leave 'cache' out");
    if (run.chunks_in_flight && !type.streams())
      draft.faults.error(run.place, node.name() + ", run: 'chunks_in_flight' is for a node that makes a stream, and " +
                                        type.name + " makes none");
  }
}

/// Calls `report` with the place and a sentence for each missing file that nodes with (or without) conditions read.
template <class Report>
void for_missing_files(const Draft& draft, bool conditional, const Report& report) {
  std::set<std::string> known;  // several nodes may read one file
  for (const DraftNode& node : draft.nodes) {
    if (node.conditions.empty() == conditional) continue;
    for (const ParamExpression& param : node.params) {
      const std::string fault = names_file(param) ? missing_file(param) : "";
      if (fault.empty() || !known.insert(fault).second) continue;
      const std::string where = conditional ? "; the node runs where " + conditions_text(node.conditions) : "";
      report(param.place.line ? param.place : node.spec->place,
             node.name() + ", parameter '" + param.name + "': " + fault + where);
    }
  }
}

/// Those of nodes with conditions are for check_conditional_files, which knows the cases. Where other files are missing it is not
/// reached, and these are warnings: so all that is missing is reported at once.
void check_files(Draft& draft) {
  bool found = false;
  for_missing_files(draft, false, [&](const SourceLocation& place, const std::string& fault) {
    draft.faults.error(place, fault);
    found = true;
  });
  if (!found) return;
  for_missing_files(draft, true, [&](const SourceLocation& place, const std::string& fault) {
    draft.faults.warning(place, fault);
  });
}

/// What figures a node reports only the run finds; that there is such a node is known.
void check_columns(Draft& draft) {
  std::vector<std::string> ids;
  for (const DraftNode& node : draft.nodes) ids.push_back(node.id);
  for (const ColumnSpec& column : draft.spec.columns) {
    const std::string id = column.figure.substr(0, column.figure.find('.')), start = "column '" + column.name + "': ";
    if (id == column.figure)
      draft.faults.error(column.place, start + "expected a figure as \"node.figure\", found \"" + column.figure + "\"");
    else if (std::find(ids.begin(), ids.end(), id) == ids.end())
      draft.faults.error(column.place, start + "there is no node '" + id + "'" + known_names(id, ids));
  }
}

void check_unused(Draft& draft) {
  if (draft.faults.has_errors()) return;  // what a faulty part would have used is not known
  warn_unused_values(draft);
  std::set<std::size_t> read;
  for (const DraftNode& node : draft.nodes)
    for (const Edge& edge : node.edges) read.insert(edge.source);
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    const DraftNode& node = draft.nodes[i];
    if (!read.count(i) && makes_more_than_figures(node.type->type) && !writes_files(node.type->type))
      draft.faults.warning(node.spec->place, node.name() + ": its outputs are unconnected, so its work is lost");
  }
}

}  // namespace flowrun::checks
