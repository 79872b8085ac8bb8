#include "validate/conditional_files.h"

#include <algorithm>
#include <set>

#include "flowrun/host/file_content.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

/// A file that is missing, by the node and the parameter that name it.
struct Missing {
  std::size_t node = 0;
  SourceLocation place;
  std::string sentence;
};

std::vector<Missing> missing_files(const ValidatedGraph& graph) {
  std::vector<Missing> missing;
  std::set<std::string> known;  // several nodes may read one file under one condition
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValidatedNode& node = graph.nodes[i];
    if (node.conditions.empty()) continue;
    for (const ParamExpression& param : node.params) {
      const std::string fault = names_file(param) ? missing_file(param) : "";
      if (fault.empty() || !known.insert(fault + conditions_text(node.conditions)).second) continue;
      missing.push_back({i, param.place.line ? param.place : node.place,
                         "node '" + node.id + "', parameter '" + param.name + "': " + fault + "; the node runs where " +
                             conditions_text(node.conditions)});
    }
  }
  return missing;
}

}  // namespace

std::string conditions_text(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) text += (text.empty() ? "" : " and ") + condition.text;
  return text;
}

bool names_file(const ParamExpression& param) {
  return param.spec.type == ParamType::path && param.spec.role == PathRole::input && param.constant.has_value();
}

std::string missing_file(const ParamExpression& param) {
  const std::string given = std::get<std::string>(*param.constant);
  const std::filesystem::path path = joined(param.base, given);
  if (given.empty()) return "";
  const FileContent content = content_of(path);
  if (content.why.empty()) return "";
  return "the file '" + path.lexically_normal().string() + "' " + content.why + (param.origin.empty() ? "" : "; " + param.origin);
}

void check_conditional_files(const ValidatedGraph& graph, const std::vector<Case>& cases, Diagnostics& faults) {
  std::vector<Missing> missing = missing_files(graph);
  for (const Case& one : cases) {
    if (missing.empty()) return;
    const std::vector<bool> left_out = left_out_nodes(graph, one);
    std::erase_if(missing, [&](const Missing& file) {
      if (left_out[file.node]) return false;
      faults.error(file.place, file.sentence);
      return true;
    });
  }
}

void warn_of_conditional_files(const ValidatedGraph& graph, Diagnostics& faults) {
  for (const Missing& file : missing_files(graph)) faults.warning(file.place, file.sentence);
}

}  // namespace flowrun::checks
