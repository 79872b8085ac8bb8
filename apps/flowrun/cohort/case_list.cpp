#include "cohort/case_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cohort/bids_cases.h"
#include "cohort/case_pattern.h"
#include "cohort/graph_check.h"
#include "cohort/graph_inputs.h"
#include "cohort/pattern_cases.h"
#include "cohort/table_cases.h"

namespace flowrun {
namespace {

/// The graph's name made fit to be a case's, which becomes part of file names.
std::string default_case_name(const GraphSpec& spec) {
  std::string name = spec.name.empty() ? spec.file.stem().string() : spec.name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
  if (name.starts_with('.') || name.starts_with('-')) name.front() = '_';
  return name.substr(0, kLongestCaseName);
}

/// Whether a case may lack the input. An empty value on the command line is a script's variable that was not set, and does not mean
/// that; of others the check of the cases says what is expected.
bool may_lack(const GraphSpec* spec, const std::string& name) {
  const auto* input = spec ? find_input(*spec, name) : nullptr;
  return input && !input->required;
}

CommonValues common_values(const CaseSource& source, const GraphSpec* spec, Faults& faults) {
  CommonValues common;
  for (auto& [name, value] : assignments(source.inputs, "--in", faults)) {
    if (value.empty() && may_lack(spec, name))
      faults.error({}, fmt::format("--in {}: its value is empty; give it one, or leave it out", name));
    else if (CasePattern::is_pattern(value))
      faults.error(
          {},
          fmt::format("--in {}: this gives one value to all cases; a pattern that finds cases goes with --cases: --cases '{}={}'",
                      name, name, value));
    else if (!spec || find_input(*spec, name)) common[name] = value;
    else
      faults.error({},
                   fmt::format("--in: graph '{}' has no input '{}'{}", spec->name, name, did_you_mean(name, input_names(*spec))));
  }
  return common;
}

CaseList single_case(const CaseSource& source, const GraphSpec* spec, const CommonValues& common) {
  Case one;
  one.name = source.case_name.empty() && spec ? default_case_name(*spec) : source.case_name;
  one.own.insert("case");
  add_common(common, one);
  CaseList list;
  list.cases.push_back(std::move(one));
  return list;
}

/// Options that are of use with a data set only.
void check_bids_options(const CaseSource& source, Faults& faults) {
  if (!source.bids.empty()) {
    if (!source.cases.empty()) faults.error({}, "--bids and --cases both say where the cases come from; give one of them");
    return;
  }
  const auto need = [&](const std::vector<std::string>& words, const char* option) {
    if (!words.empty()) faults.error({}, fmt::format("{} needs --bids DIR, the data set to choose from", option));
  };
  need(source.participants, "--participant-label");
  need(source.sessions, "--session-label");
  need(source.bids_filters, "--bids-filter");
}

}  // namespace

void add_common(const CommonValues& common, Case& one) {
  for (const auto& [name, value] : common) {
    one.inputs[name] = value;
    one.own.insert(name);
  }
}

CaseList collect_cases(const CaseSource& source, const GraphSpec* spec, Faults& faults) {
  const CommonValues common = common_values(source, spec, faults);
  check_bids_options(source, faults);
  if (!source.case_name.empty() && !source.cases.empty())
    faults.error({}, "--case-name names a single case; with --cases the table or the files name them");
  if (!source.case_name.empty() && !source.bids.empty())
    faults.error({}, "--case-name names a single case; with --bids the participants name them");
  if (!source.bids.empty()) return bids_cases(source, spec, common, faults);
  if (source.cases.empty()) return single_case(source, spec, common);
  const CaseWords words = sort_case_words(source.cases, spec, common, faults);
  if (!words.table.empty()) return table_cases(words, spec, common, faults);
  return pattern_cases(words, source.incomplete, spec, common, faults);
}

void check_case_list(const ValidatedGraph& graph, CaseList& list, const std::filesystem::path& out, Faults& faults) {
  Faults found;
  check_cases(graph, list.cases, out, found);
  for (const Fault& fault : found.all()) {
    const bool said = std::any_of(list.missing.begin(), list.missing.end(), [&](const std::string& name) {
      return fault.message.find(": input '" + name + "' is missing") != std::string::npos;
    });
    if (!said) add_fault(faults, fault.severity, fault.place, fault.message);
  }
}

}  // namespace flowrun
