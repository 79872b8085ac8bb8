// Checks cases against the inputs of a graph, and what they read and write.
#include <algorithm>
#include <cctype>
#include <set>

#include "flowrun/sdk/error.h"
#include "validate/case_files.h"
#include "validate/conditional_files.h"
#include "validate/values.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using checks::joined;

std::string case_words(const Case& one) { return "case '" + one.name + "'"; }

std::string line_words(const SourceLocation& place) { return place.line ? " (line " + std::to_string(place.line) + ")" : ""; }

void check_names(const std::vector<Case>& cases, Diagnostics& faults) {
  std::map<std::string, const Case*> seen;  // by the name in lower case
  std::set<std::string> reported;
  for (const Case& one : cases) {
    if (const std::string fault = case_name_fault(one.name); !fault.empty()) {
      faults.error(one.place, fault);
      continue;
    }
    const auto [first, is_new] = seen.try_emplace(checks::lower_case(one.name), &one);
    if (is_new || !reported.insert(one.name).second) continue;
    const Case& other = *first->second;
    if (other.name == one.name)
      faults.error(one.place, case_words(one) + " occurs twice among the cases; each needs a name of its own");
    else
      faults.error(one.place, case_words(one) + " and case '" + other.name + "'" + line_words(other.place) +
                                  " differ only in upper and lower case, which some file systems do not distinguish");
  }
}

/// Gives a value the type of its input; text of the command line is read by that type.
std::string convert(const ParamSpec& spec, ParamValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return check_value(spec, value);
  try {
    value = value_from_text(spec, *text);
    return "";
  } catch (const Error& fault) {
    return fault.what();
  }
}

/// Whether the case has no value for it, or an empty cell of a table.
bool is_left_empty(const Case& one, const std::string& input) {
  const auto given = one.inputs.find(input);
  if (given == one.inputs.end()) return true;
  const auto* text = std::get_if<std::string>(&given->second);
  return text && text->empty();
}

/// Whether all values of the case are there and right.
bool check_inputs(const ValidatedGraph& graph, Case& one, Diagnostics& faults) {
  bool good = true;
  const auto fail = [&](const std::string& sentence) {
    faults.error(one.place, case_words(one) + sentence);
    good = false;
  };
  std::vector<std::string> known;
  for (const ValueSpec& input : graph.case_inputs) known.push_back(input.spec.name);
  for (const auto& [name, value] : one.inputs)
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail(": the graph has no input '" + name + "'" +
           (known.empty() ? std::string("; it has none") : did_you_mean(name, known)));
  for (const ValueSpec& input : graph.case_inputs) {
    const ParamSpec& spec = input.spec;
    const auto given = one.inputs.find(spec.name);
    if (!input.required && is_left_empty(one, spec.name)) {
      one.inputs.erase(spec.name);
    } else if (given != one.inputs.end()) {
      if (const std::string fault = convert(spec, given->second); !fault.empty()) fail(", input '" + spec.name + "': " + fault);
      else if (spec.type == ParamType::path && std::get<std::string>(given->second).empty())
        fail(", input '" + spec.name + "': expected a path, found an empty text");
    } else if (!spec.default_value) {
      fail(": input '" + spec.name + "' is missing; expected " + checks::wanted(spec));
    } else {
      ParamValue value = *spec.default_value;
      check_value(spec, value);  // found to fit when the graph was checked; this makes an integer a number
      if (spec.type == ParamType::path) value = joined(graph.file.parent_path(), std::get<std::string>(value));
      one.inputs[spec.name] = std::move(value);
    }
  }
  return good;
}

}  // namespace

std::string case_name_fault(const std::string& name) {
  const auto safe = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
  if (name.empty()) return "a case has no name";
  const std::string shown = name.size() > kLongestCaseName ? name.substr(0, kLongestCaseName) + "..." : name;
  if (name.size() > kLongestCaseName)
    return "case '" + shown + "': the name has more than " + std::to_string(kLongestCaseName) + " characters";
  if (name.front() == '.' || name.front() == '-' || !std::all_of(name.begin(), name.end(), safe))
    return "case '" + shown +
           "': a name becomes part of file names, so it contains letters, digits, '.', '_' and '-' only, and does not start with "
           "'.' or '-'";
  return "";
}

void check_written_files(const ValidatedGraph& graph, Diagnostics& faults) {
  Case one{.name = "case"};
  for (const ValueSpec& input : graph.case_inputs) {
    if (input.spec.type != ParamType::string && input.spec.type != ParamType::path) continue;
    one.inputs[input.spec.name] = "value-of-" + input.spec.name;
    one.own.insert(input.spec.name);
  }
  checks::CaseFiles files(graph, "out", faults);
  files.add_writes(one);
  files.check();
  checks::warn_of_conditional_files(graph, faults);
}

void check_cases(const ValidatedGraph& graph, std::vector<Case>& cases, const fs::path& out, Diagnostics& faults,
                 std::vector<MissingFile>* missing) {
  check_names(cases, faults);
  checks::CaseFiles files(graph, out, faults);
  files.add(nullptr);
  std::set<std::string> added;
  for (Case& one : cases)
    if (check_inputs(graph, one, faults) && case_name_fault(one.name).empty() && added.insert(one.name).second) files.add(&one);
  files.check();
  for (const MissingFile& file : files.missing()) {
    if (missing) missing->push_back(file);
    else faults.error(file.fault.place, file.fault.message);
  }
  checks::check_conditional_files(graph, cases, faults);
}

}  // namespace flowrun
