#include "cohort/same_cases.h"

#include <fmt/format.h>

#include "cohort/file_identities.h"
#include "flowrun/host/case_recorder.h"

namespace flowrun {
namespace {

/// The values of cases, in which the paths of files are replaced by what equal files share.
class Comparable {
 public:
  Comparable(const ValidatedGraph& graph, const std::vector<Case>& cases)
      : files_(names_of_files(graph)), identities_(paths_in(cases)) {}

  /// The values of a case, of files what equal ones share; empty: it has no file.
  std::map<std::string, ParamValue> values_of(const Case& one) const {
    std::map<std::string, ParamValue> values = one.inputs;
    bool has_file = false;
    for (auto& [name, value] : values)
      if (const std::string* const path = path_in(name, value)) has_file = true, value = identities_.of(*path);
    return has_file ? values : std::map<std::string, ParamValue>();
  }

 private:
  static std::set<std::string> names_of_files(const ValidatedGraph& graph) {
    std::set<std::string> names;
    for (const ValueSpec& input : graph.case_inputs)
      if (input.spec.type == ParamType::path) names.insert(input.spec.name);
    return names;
  }
  const std::string* path_in(const std::string& name, const ParamValue& value) const {
    const auto* const path = files_.contains(name) ? std::get_if<std::string>(&value) : nullptr;
    return path && !path->empty() ? path : nullptr;
  }
  std::set<std::string> paths_in(const std::vector<Case>& cases) const {
    std::set<std::string> paths;
    for (const Case& one : cases)
      for (const auto& [name, value] : one.inputs)
        if (const std::string* const path = path_in(name, value)) paths.insert(*path);
    return paths;
  }

  std::set<std::string> files_;
  FileIdentities identities_;
};

}  // namespace

void check_same_cases(const ValidatedGraph& graph, const std::vector<Case>& cases, Diagnostics& faults) {
  constexpr std::size_t kMost = 5;
  const ValidatedNode* const collector = case_collector(graph);
  if (!collector || cases.size() < 2) return;
  const Comparable comparable(graph, cases);
  std::map<std::map<std::string, ParamValue>, std::string> first;  // case by its values
  std::size_t count = 0;
  for (const Case& one : cases) {
    const auto values = comparable.values_of(one);
    if (values.empty()) continue;
    const auto [known, is_new] = first.try_emplace(values, one.name);
    if (is_new || ++count > kMost) continue;
    faults.warning(one.place,
                   fmt::format("cases '{}' and '{}' have the same files, so node '{}', which takes all cases, counts them twice, and "
                               "a training may be validated on what it was trained on; remove one of them",
                               known->second, one.name, collector->id));
  }
  if (count > kMost) faults.warning({}, fmt::format("{} more cases have the files of another", count - kMost));
}

}  // namespace flowrun
