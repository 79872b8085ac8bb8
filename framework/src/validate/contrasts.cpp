// What the graph's inputs say of their images, handed to the nodes that read them.
#include <algorithm>

#include "validate/draft.h"

namespace flowrun::checks {
namespace {

/// The contrast of the graph's input that a path is; empty: it is none, or says nothing.
std::string contrast_of(const Draft& draft, const ParamExpression& path) {
  if (path.constant || path.pieces.size() != 1 || path.spec.type != ParamType::path || path.spec.role != PathRole::input)
    return "";
  const std::string& name = path.pieces.front().case_value;
  for (const ValueSpec& input : draft.spec.value_inputs)
    if (input.spec.name == name) return input.contrast;
  return "";
}

/// Whether a parameter has its default: nothing in the graph and no setting gave it a value.
bool is_default(const Draft& draft, const DraftNode& node, const ParamExpression& param) {
  const auto settings = draft.node_settings.find(node.id);
  const bool is_set = settings != draft.node_settings.end() && settings->second.contains(param.name);
  const auto& given = node.spec->params;
  return !is_set &&
         std::none_of(given.begin(), given.end(), [&](const NamedLiteral& literal) { return literal.name == param.name; });
}

}  // namespace

void give_contrasts(Draft& draft) {
  for (DraftNode& node : draft.nodes) {
    const auto contrast = std::find_if(node.params.begin(), node.params.end(), [](const ParamExpression& param) {
      return param.name == "contrast" && param.spec.type == ParamType::string;
    });
    if (contrast == node.params.end() || !is_default(draft, node, *contrast)) continue;
    for (const ParamExpression& path : node.params)
      if (const std::string said = contrast_of(draft, path); !said.empty()) contrast->constant = said;
  }
}

}  // namespace flowrun::checks
