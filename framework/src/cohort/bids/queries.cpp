#include "cohort/bids/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cohort/graph_inputs.h"
#include "flowrun/host/graph_check.h"

namespace flowrun {
namespace {

class Queries {
 public:
  Queries(const GraphSpec& spec, const CommonValues& common, Diagnostics& faults)
      : spec_(spec), common_(common), faults_(faults) {}

  std::vector<BidsQuery> make(const std::vector<std::string>& filters) {
    for (const ValueSpec& input : spec_.value_inputs)
      if (input.bids && !common_.contains(input.spec.name)) names_[input.spec.name] = *input.bids;
    for (const auto& [key, label] : assignments(filters, "--bids-filter", faults_)) apply(key, label);
    std::vector<BidsQuery> queries;
    for (const ValueSpec& input : spec_.value_inputs)
      if (const auto name = names_.find(input.spec.name); name != names_.end())
        queries.push_back({name->first, name->second, !input.may_be_missing()});
    return queries;
  }

 private:
  void apply(const std::string& key, const std::string& label) {
    const std::size_t dot = key.find('.');
    const std::string input = key.substr(0, dot), entity = dot == std::string::npos ? "" : key.substr(dot + 1);
    const std::string what = fmt::format("--bids-filter {}={}: ", key, label);
    const ValueSpec* known = find_input(spec_, input);
    if (dot == std::string::npos) return faults_.error({}, what + "write INPUT.ENTITY=LABEL, such as flair.run=1");
    if (!known || known->spec.type != ParamType::path)
      return faults_.error({}, fmt::format("{}graph '{}' has no input of files '{}'{}", what, spec_.name, input,
                                           did_you_mean(input, input_names(spec_))));
    if (common_.contains(input)) return faults_.error({}, what + "--in gives this input");
    BidsName& name = names_[input];
    if (entity == "suffix" || entity == "datatype") {
      if (!is_bids_label(label)) return faults_.error({}, what + "expected letters and digits");
      (entity == "suffix" ? name.suffix : name.datatype) = label;
      return;
    }
    std::vector<std::string> entities = bids_entities();
    if (std::find(entities.begin(), entities.end(), entity) == entities.end())
      return faults_.error({}, fmt::format("{}BIDS has no entity '{}'{}", what, entity, did_you_mean(entity, entities)));
    if (!label.empty() && !is_bids_label(label)) return faults_.error({}, what + "a label contains letters and digits");
    std::erase_if(name.entities, [&](const auto& held) { return held.first == entity; });
    name.entities.emplace_back(entity, label);
  }

  const GraphSpec& spec_;
  const CommonValues& common_;
  Diagnostics& faults_;
  std::map<std::string, BidsName> names_;
};

}  // namespace

std::vector<BidsQuery> bids_queries(const GraphSpec& spec, const CommonValues& common, const std::vector<std::string>& filters,
                                    Diagnostics& faults) {
  return Queries(spec, common, faults).make(filters);
}

}  // namespace flowrun
