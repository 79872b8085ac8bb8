#include "cohort/case_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>

#include "cohort/bids/cases.h"
#include "cohort/case_pattern.h"
#include "cohort/graph_inputs.h"
#include "cohort/pattern_cases.h"
#include "cohort/table_cases.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/text.h"

namespace flowrun {
namespace {

constexpr const char* kSkip = "skip";  // of --incomplete

/// The graph's name made fit to be a case's, which becomes part of file names.
std::string default_case_name(const GraphSpec& spec) {
  std::string name = spec.name.empty() ? spec.file.stem().string() : spec.name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
  if (name.starts_with('.') || name.starts_with('-')) name.front() = '_';
  return name.substr(0, kLongestCaseName);
}

/// Whether a case may lack the input. An empty value on the command line is a script's variable that was not set, and does not
/// mean that; of others the check of the cases says what is expected.
bool may_lack(const GraphSpec* spec, const std::string& name) {
  const auto* input = spec ? find_input(*spec, name) : nullptr;
  return input && !input->required;
}

CommonValues common_values(const CaseRequest& source, const GraphSpec* spec, Diagnostics& faults) {
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

/// The one case of which the command line gives the inputs.
class SingleCase : public CaseSource {
 public:
  SingleCase(const CaseRequest& request, const GraphSpec* spec, const CommonValues& common)
      : request_(request), spec_(spec), common_(common) {}

  CaseList read() override {
    Case one;
    one.name = request_.case_name.empty() && spec_ ? default_case_name(*spec_) : request_.case_name;
    one.own.insert("case");
    add_common(common_, one);
    CaseList list;
    list.cases.push_back(std::move(one));
    list.have_names = false;
    return list;
  }

 private:
  const CaseRequest& request_;
  const GraphSpec* spec_;
  const CommonValues& common_;
};

Incomplete incomplete_option(const std::string& text, Diagnostics& faults) {
  if (text == kSkip) return Incomplete::is_left_out;
  if (!text.empty() && text != "error") faults.error({}, fmt::format("--incomplete takes error or skip, not '{}'", text));
  return Incomplete::is_fault;
}

/// Options that are of use with a data set only.
void check_bids_options(const CaseRequest& source, Diagnostics& faults) {
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

std::unique_ptr<CaseSource> source_of(const CaseRequest& request, const CaseWords& words, Incomplete incomplete,
                                      const GraphSpec* spec, const CommonValues& common, Diagnostics& faults) {
  if (!request.bids.empty()) return bids_cases(request, incomplete, spec, common, faults);
  if (request.cases.empty()) return std::make_unique<SingleCase>(request, spec, common);
  if (!words.table.empty()) return table_cases(words, spec, common, faults);
  return pattern_cases(words, incomplete, spec, common, faults);
}

std::set<std::string> names_in(const std::vector<MissingFile>& missing) {
  std::set<std::string> names;
  for (const MissingFile& file : missing) names.insert(file.case_name);
  return names;
}

void leave_out_incomplete(CaseList& list, const std::vector<MissingFile>& missing, Diagnostics& faults) {
  for (const MissingFile& file : missing) faults.warning(file.fault.place, file.fault.message + "; this case is left out");
  const std::set<std::string> names = names_in(missing);
  std::erase_if(list.cases, [&](const Case& one) { return names.contains(one.name); });
  if (list.cases.empty()) faults.error({}, "no case has all of its files, so nothing is left to run");
}

void report_missing(const CaseList& list, const std::vector<MissingFile>& missing, Diagnostics& faults) {
  for (const MissingFile& file : missing) faults.error(file.fault.place, file.fault.message);
  const std::set<std::string> names = names_in(missing);
  if (!list.have_names || names.empty() || names.size() == list.cases.size()) return;
  faults.error({}, fmt::format("{} of {} {} files; add them, or leave {} out with --exclude {} or --incomplete skip", names.size(),
                               count_text(list.cases.size(), "case"), names.size() == 1 ? "lacks" : "lack",
                               names.size() == 1 ? "that case" : "those cases", *names.begin()));
}

}  // namespace

CaseList collect_cases(const CaseRequest& request, const GraphSpec* spec, Diagnostics& faults) {
  const Incomplete incomplete = incomplete_option(request.incomplete, faults);
  const CommonValues common = common_values(request, spec, faults);
  check_bids_options(request, faults);
  if (!request.case_name.empty() && !request.cases.empty())
    faults.error({}, "--case-name names a single case; with --cases the table or the files name them");
  if (!request.case_name.empty() && !request.bids.empty())
    faults.error({}, "--case-name names a single case; with --bids the participants name them");
  const CaseWords words =
      sort_case_words(request.bids.empty() ? request.cases : std::vector<std::string>{}, spec, common, faults);
  return source_of(request, words, incomplete, spec, common, faults)->read();
}

void check_case_list(const ValidatedGraph& graph, CaseList& list, const CaseRequest& request, const std::filesystem::path& out,
                     Diagnostics& faults) {
  Diagnostics found;
  std::vector<MissingFile> missing;
  check_cases(graph, list.cases, out, found, &missing);
  if (!missing.empty() && request.incomplete == kSkip) {
    leave_out_incomplete(list, missing, faults);
    found = {};
    check_cases(graph, list.cases, out, found);  // a case that is left out takes no file from another
  } else {
    report_missing(list, missing, faults);
  }
  for (const Diagnostic& fault : found.all()) {
    const bool said = std::any_of(list.missing.begin(), list.missing.end(), [&](const std::string& name) {
      return fault.message.find(": input '" + name + "' is missing") != std::string::npos;
    });
    if (!said) add_fault(faults, fault.severity, fault.place, fault.message);
  }
}

}  // namespace flowrun
