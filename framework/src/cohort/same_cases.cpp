#include "cohort/same_cases.h"

#include <fmt/format.h>

#include "cohort/file_identities.h"
#include "flowrun/host/case_recorder.h"

namespace flowrun {
namespace {

using Values = std::map<std::string, ParamValue>;

/// The values of cases, in which the paths of files are replaced by what equal files share.
class Comparable {
 public:
  Comparable(const ValidatedGraph& graph, const std::vector<Case>& cases)
      : files_(names_of_files(graph)), identities_(paths_in(cases)) {}

  /// The values of a case, of files what equal ones share; empty: it has no file.
  Values values_of(const Case& one) const {
    Values values = one.inputs;
    const std::vector<std::string> files = files_of(one);
    for (const std::string& name : files) values[name] = identities_.of(*path_in(name, values.at(name)));
    return files.empty() ? Values() : values;
  }
  /// The inputs for which a case has a file.
  std::vector<std::string> files_of(const Case& one) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : one.inputs)
      if (path_in(name, value)) names.push_back(name);
    return names;
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

/// Cases that have been seen, by their values, and by their values without those of one input.
class SeenCases {
 public:
  explicit SeenCases(const Comparable& comparable) : comparable_(comparable) {}

  struct Same {
    std::string name;     ///< of the earlier case; empty: there is none
    std::string but_for;  ///< the input whose files differ; empty: none does
  };
  /// An earlier case with the same files, or, of three files or more, with the same but for one.
  Same add(const Case& one) {
    Values values = comparable_.values_of(one);
    if (values.empty()) return {};
    Same same{seen(values, "", one.name), ""};
    const std::vector<std::string> files = comparable_.files_of(one);
    if (files.size() < kFewestFiles) return same;
    for (const std::string& name : files) {
      const auto node = values.extract(name);
      const std::string earlier = seen(values, name, one.name);
      values[name] = node.mapped();
      if (same.name.empty() && !earlier.empty()) same = {earlier, name};
    }
    return same;
  }

 private:
  static constexpr std::size_t kFewestFiles = 3;  // of two, such as a mask to compare with several others, one may well be shared

  std::string seen(const Values& values, const std::string& without, const std::string& name) {
    const auto [known, is_new] = first_.try_emplace({without, values}, name);
    return is_new ? "" : known->second;
  }

  const Comparable& comparable_;
  std::map<std::pair<std::string, Values>, std::string> first_;
};

}  // namespace

void check_same_cases(const ValidatedGraph& graph, const std::vector<Case>& cases, Diagnostics& faults) {
  constexpr std::size_t kMost = 5;
  const ValidatedNode* const collector = case_collector(graph);
  if (!collector || cases.size() < 2) return;
  const Comparable comparable(graph, cases);
  SeenCases seen(comparable);
  std::size_t count = 0;
  for (const Case& one : cases) {
    const SeenCases::Same same = seen.add(one);
    if (same.name.empty() || ++count > kMost) continue;
    const std::string files = same.but_for.empty() ? "the same files" : fmt::format("the same files but for '{}'", same.but_for);
    faults.warning(one.place,
                   fmt::format("cases '{}' and '{}' have {}, so node '{}', which takes all cases, counts them twice, and "
                               "a training may be validated on what it was trained on; remove one of them",
                               same.name, one.name, files, collector->id));
  }
  if (count > kMost) faults.warning({}, fmt::format("{} more cases have the files of another", count - kMost));
}

}  // namespace flowrun
