// Gives the files that nodes write the names that BIDS has for them.
#include <algorithm>

#include "validate/draft.h"

namespace flowrun::checks {
namespace {

bool is_written(const ParamSpec& spec) { return spec.type == ParamType::path && spec.role == PathRole::output && spec.per_case; }

void name_output(Draft& draft, DraftNode& node, const BidsOutputSpec& output) {
  const std::string what = node.name() + ", bids: ";
  std::vector<std::string> written;
  for (const ParamSpec& spec : node.type->type.params)
    if (is_written(spec)) written.push_back(spec.name);
  if (std::find(written.begin(), written.end(), output.param) == written.end()) {
    draft.faults.error(output.place, what + node.type->type.name + " has no parameter '" + output.param +
                                         "' that names a file to write" + known_names(output.param, written));
    return;
  }
  if (node.scope == Scope::run) {
    draft.faults.error(output.place,
                       what + "'" + output.param + "' is written once for all cases, and BIDS names the files of one");
    return;
  }
  for (ParamExpression& param : node.params)
    if (param.name == output.param && param.place.line != 0) param.bids = output.name;  // --set names a file of the person's own
}

void refuse_at_subgraphs(Draft& draft) {
  for (const Instance& instance : draft.instances)
    if (instance.use && !instance.use->bids.empty())
      draft.faults.error(instance.use->bids.front().place,
                         "node '" + instance.prefix.substr(0, instance.prefix.size() - 1) +
                             "', bids: a subgraph writes nothing itself; write 'bids' at the nodes in it");
}

}  // namespace

void name_bids_outputs(Draft& draft) {
  refuse_at_subgraphs(draft);
  for (DraftNode& node : draft.nodes)
    if (node.type)
      for (const BidsOutputSpec& output : node.spec->bids) name_output(draft, node, output);
}

}  // namespace flowrun::checks
