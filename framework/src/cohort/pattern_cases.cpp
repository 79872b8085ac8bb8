#include "cohort/pattern_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cohort/graph_inputs.h"
#include "cohort/natural_order.h"
#include "flowrun/host/file_content.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::string list_text(const std::vector<CasePattern::Match>& matches) {
  std::vector<std::string> paths;
  for (const CasePattern::Match& match : matches) paths.push_back(match.path);
  return quoted_list(paths);
}

bool is_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::vector<std::string> path_inputs(const GraphSpec& spec) {
  std::vector<std::string> names;
  for (const ValueSpec& input : spec.value_inputs)
    if (input.spec.type == ParamType::path) names.push_back(input.spec.name);
  return names;
}

/// What is wrong with a pattern for that input, or nothing.
std::string input_fault(const std::string& name, const GraphSpec* spec, const CommonValues& common) {
  if (!spec) return "";
  const ValueSpec* input = find_input(*spec, name);
  if (!input) return fmt::format("graph '{}' has no input '{}'{}", spec->name, name, did_you_mean(name, input_names(*spec)));
  if (input->spec.type != ParamType::path)
    return fmt::format("input '{}' takes {}, and patterns find files", name, to_string(input->spec.type));
  return common.contains(name) ? fmt::format("input '{}' is given by --in too; give it once", name) : "";
}

void add_pattern(const std::string& word, const GraphSpec* spec, const CommonValues& common, CaseWords& words,
                 Diagnostics& faults) {
  const std::size_t equals = word.find('=');
  const bool named = equals != std::string::npos && is_name(word.substr(0, equals));
  std::string name = named ? word.substr(0, equals) : "";
  if (!named && spec) {
    const std::vector<std::string> inputs = path_inputs(*spec);
    if (inputs.size() != 1) {
      faults.error(
          {},
          fmt::format("--cases '{}': graph '{}' has {} inputs that are files; say which one the pattern is for: --cases {}='{}'",
                      word, spec->name, inputs.size(), inputs.empty() ? "INPUT" : inputs.front(), word));
      return;
    }
    name = inputs.front();
  }
  if (const std::string fault = input_fault(name, spec, common); !fault.empty()) return faults.error({}, "--cases: " + fault);
  try {
    const bool is_new = words.patterns.emplace(name, CasePattern(named ? word.substr(equals + 1) : word)).second;
    if (!is_new) faults.error({}, fmt::format("--cases gives two patterns for input '{}'; give one", name));
  } catch (const Error& error) {
    faults.error({}, fmt::format("--cases: {}", error.what()));
  }
}

void add_table(const std::string& word, CaseWords& words, Diagnostics& faults) {
  std::error_code unused;
  const bool looks_like_pattern = word.find_first_of("{*=") != std::string::npos && !fs::exists(word, unused);
  if (looks_like_pattern)
    faults.error(
        {}, fmt::format(
                "--cases '{}': there is no such table, and a pattern contains {{case}}: --cases flair='data/{{case}}/FLAIR.nii.gz'",
                word));
  else if (!words.table.empty()) faults.error({}, fmt::format("--cases: two tables, '{}' and '{}'; give one", words.table, word));
  else words.table = word;
}

/// Finds the cases of patterns.
class PatternCases : public CaseSource {
 public:
  PatternCases(const CaseWords& words, Incomplete incomplete, const GraphSpec& spec, const CommonValues& common,
               Diagnostics& faults)
      : words_(words), spec_(spec), common_(common), faults_(faults), incomplete_(incomplete, faults) {}

  CaseList read() override {
    find_files();
    check_inputs();
    for (const std::string& name : names_) add(name);
    incomplete_.finish(names_.size());
    return std::move(list_);
  }

 private:
  using Matches = std::vector<CasePattern::Match>;

  void find_files() {
    for (const auto& [input, pattern] : words_.patterns) {
      std::vector<std::string> unreadable;
      const Matches matches = pattern.find("", unreadable);
      for (const std::string& folder : unreadable) faults_.error({}, fmt::format("--cases: cannot look into folder {}", folder));
      if (matches.empty()) report_no_match(input, pattern);
      files_[input];
      for (const CasePattern::Match& match : matches) {
        files_[input][match.name].push_back(match);
        names_.push_back(match.name);
      }
    }
    std::sort(names_.begin(), names_.end(), natural_less);
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  }

  void report_no_match(const std::string& input, const CasePattern& pattern) {
    std::error_code unused;
    const std::string folder = pattern.fixed_folder();
    const bool there = fs::is_directory(folder, unused);
    faults_.error({}, fmt::format("--cases: input '{}': no file fits the pattern '{}'{}", input, pattern.text(),
                                  there ? "" : "; there is no folder '" + folder + "'"));
  }

  void check_inputs() {
    for (const ValueSpec& input : spec_.value_inputs) {
      const std::string& name = input.spec.name;
      if (input.may_be_missing() || common_.contains(name) || words_.patterns.contains(name)) continue;
      list_.missing.push_back(name);
      const bool is_path = input.spec.type == ParamType::path;
      faults_.error(
          {}, fmt::format("graph '{}' needs input '{}' too: {}--in {}=... gives one value to all cases", spec_.name, name,
                          is_path ? fmt::format("--cases {}='...{{case}}...' finds a file for each case, ", name) : "", name));
    }
  }

  void add(const std::string& name) {
    Case one;
    one.name = name;
    add_common(common_, one);
    Lacks lacks;
    for (const auto& [input, pattern] : words_.patterns) {
      const auto& of_input = files_.at(input);
      if (of_input.empty()) continue;  // said already
      const auto of_case = of_input.find(name);
      const Matches found = of_case == of_input.end() ? Matches{} : of_case->second;
      if (!found.empty()) one.inputs[input] = found.front().path;
      if (found.size() > 1)
        faults_.error(
            {}, fmt::format("case '{}', input '{}': {} files fit the pattern '{}': {}; make it narrower, or use a table of cases",
                            name, input, found.size(), pattern.text(), list_text(found)));
      else if (found.empty() && !find_input(spec_, input)->may_be_missing())
        lacks.files.push_back(fmt::format("input '{}' ('{}')", input, pattern.path_of(name)));
      if (found.empty()) continue;
      if (const std::string why = content_of(found.front().path).why; !why.empty())
        lacks.unusable.push_back(fmt::format("input '{}': '{}' {}", input, found.front().path, why));
    }
    if (!lacks.empty()) incomplete_.add(name, lacks);
    else list_.cases.push_back(std::move(one));
  }

  const CaseWords& words_;
  const GraphSpec& spec_;
  const CommonValues& common_;
  Diagnostics& faults_;
  IncompleteCases incomplete_;
  std::map<std::string, std::map<std::string, Matches>> files_;  // by input and case
  std::vector<std::string> names_;
  CaseList list_;
};

}  // namespace

void IncompleteCases::add(const std::string& name, const Lacks& lacks) {
  ++count_;
  const bool is_fault = incomplete_ == Incomplete::is_fault;
  const auto say = [&](const std::string& what) { is_fault ? faults_.error({}, what) : faults_.warning({}, what); };
  std::string files;
  for (const std::string& one : lacks.files) files += (files.empty() ? "" : ", ") + one;
  if (!files.empty()) say(fmt::format("case '{}' {}has no file for {}", name, is_fault ? "" : "is left out: it ", files));
  for (const std::string& one : lacks.unusable) say(fmt::format("case '{}'{}{}", name, is_fault ? ", " : " is left out: ", one));
}

void IncompleteCases::finish(std::size_t all) const {
  if (count_ == 0) return;
  if (incomplete_ == Incomplete::is_fault)
    faults_.error({}, fmt::format("{} of {} lack files; add them, or leave those cases out with --incomplete skip", count_,
                                  count_text(all, "case")));
  else if (count_ == all) faults_.error({}, "no case has all of its files, so nothing is left to run");
}

CaseWords sort_case_words(const std::vector<std::string>& words, const GraphSpec* spec, const CommonValues& common,
                          Diagnostics& faults) {
  CaseWords sorted;
  for (const std::string& word : words) {
    if (CasePattern::is_pattern(word)) add_pattern(word, spec, common, sorted, faults);
    else add_table(word, sorted, faults);
  }
  return sorted;
}

std::unique_ptr<CaseSource> pattern_cases(const CaseWords& words, Incomplete incomplete, const GraphSpec* spec,
                                          const CommonValues& common, Diagnostics& faults) {
  if (!spec || words.patterns.empty()) return no_cases();  // said already
  return std::make_unique<PatternCases>(words, incomplete, *spec, common, faults);
}

std::string file_of_case(const CasePattern& pattern, const std::string& name, const SourceLocation& place,
                         const std::string& input, Diagnostics& faults) {
  if (!pattern.has_star()) return pattern.path_of(name);
  std::vector<std::string> unreadable;
  const auto found = pattern.find(name, unreadable);
  if (found.size() == 1) return found.front().path;
  const std::string what = found.empty() ? "no file fits" : fmt::format("{} files fit", found.size());
  faults.error(place, fmt::format("case '{}', input '{}': {} the pattern '{}'{}", name, input, what, pattern.text(),
                                  found.empty() ? "" : ": " + list_text(found)));
  return found.empty() ? pattern.path_of(name) : found.front().path;
}

}  // namespace flowrun
