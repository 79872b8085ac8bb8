// Checks cases against the inputs of a graph, and what they read and write.
#include <algorithm>
#include <cctype>
#include <set>

#include "flowrun/sdk/error.h"
#include "validate/values.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using checks::joined;

std::string case_words(const Case& one) { return "case '" + one.name + "'"; }

/// A case's name becomes part of file names.
std::string name_fault(const std::string& name) {
  constexpr std::size_t kLongest = 150;
  const auto safe = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
  if (name.empty()) return "a case has no name";
  const std::string shown = name.size() > kLongest ? name.substr(0, kLongest) + "..." : name;
  if (name.size() > kLongest) return "case '" + shown + "': the name has more than " + std::to_string(kLongest) + " characters";
  if (name.front() == '.' || !std::all_of(name.begin(), name.end(), safe))
    return "case '" + shown +
           "': a name becomes part of file names, so it holds letters, digits, '.', '_' and '-' only, and does not start with "
           "'.'";
  return "";
}

void check_names(const std::vector<Case>& cases, Faults& faults) {
  std::set<std::string> seen, reported;
  for (const Case& one : cases) {
    if (const std::string fault = name_fault(one.name); !fault.empty()) faults.error({}, fault);
    else if (!seen.insert(one.name).second && reported.insert(one.name).second)
      faults.error({}, case_words(one) + " stands twice among the cases; each needs a name of its own");
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

/// Whether all values of the case are there and right.
bool check_inputs(const ValidatedGraph& graph, Case& one, Faults& faults) {
  bool good = true;
  const auto fail = [&](const std::string& sentence) {
    faults.error({}, case_words(one) + sentence);
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
    if (given != one.inputs.end()) {
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

std::string normal(const std::string& path) {
  std::error_code failure;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path, failure), failure);
  return failure ? path : whole.string();
}

/// Looks at the files that the cases read and write, together.
class Files {
 public:
  Files(const ValidatedGraph& graph, const fs::path& out, Faults& faults) : graph_(graph), out_(out), faults_(faults) {}

  /// `one` null: the values that do not belong to a case.
  void add(const Case* one) {
    for (const ValidatedNode& node : graph_.nodes)
      for (const ParamExpression& param : node.params)
        if (param.spec.type == ParamType::path && belongs(node, param) == (one != nullptr)) add_path(node, param, one);
  }

  void check() {
    for (const Entry& written : writes_) {
      const auto [first, is_first] = first_writer_.emplace(written.path, &written);
      if (!is_first)
        faults_.error(written.place, written.words + " would write '" + written.path + "', which " + first->second->words +
                                         " writes too; ${case} in the name keeps the files of two cases apart");
      else if (const auto read = reads_.find(written.path); read != reads_.end())
        faults_.error(written.place,
                      written.words + " would write over '" + written.path + "', which " + read->second + " reads");
    }
  }

 private:
  struct Entry {
    std::string path;
    std::string words;
    Place place;
  };

  static bool belongs(const ValidatedNode& node, const ParamExpression& param) {
    return param.spec.per_case && node.scope != Scope::run;
  }

  void add_path(const ValidatedNode& node, const ParamExpression& param, const Case* one) {
    const std::string of = one ? " of case '" + one->name + "'" : "";
    const std::string words = "node '" + node.id + "'" + of;
    std::string path;
    try {
      path = std::get<std::string>(checks::resolved(param, one, out_));
    } catch (const Error& fault) {
      faults_.error({}, words + ": " + fault.what());
      return;
    }
    if (path.empty()) return;
    if (param.spec.role == PathRole::output) writes_.push_back({normal(path), words, param.place});
    else add_read(node, param, one, path, words);
  }

  void add_read(const ValidatedNode& node, const ParamExpression& param, const Case* one, const std::string& path,
                const std::string& words) {
    reads_.emplace(normal(path), words);
    std::error_code failure;
    if (!one || fs::exists(path, failure) || !missing_.insert({one->name, path}).second) return;
    const bool whole = param.pieces.size() == 1 && !param.pieces.front().case_value.empty();
    const std::string who =
        whole ? "input '" + param.pieces.front().case_value + "'" : "node '" + node.id + "', parameter '" + param.name + "'";
    faults_.error({}, case_words(*one) + ", " + who + ": the file '" + path + "' does not exist");
  }

  const ValidatedGraph& graph_;
  const fs::path& out_;
  Faults& faults_;
  std::vector<Entry> writes_;
  std::map<std::string, const Entry*> first_writer_;
  std::map<std::string, std::string> reads_;
  std::set<std::pair<std::string, std::string>> missing_;
};

}  // namespace

void check_cases(const ValidatedGraph& graph, std::vector<Case>& cases, const fs::path& out, Faults& faults) {
  check_names(cases, faults);
  Files files(graph, out, faults);
  files.add(nullptr);
  std::set<std::string> added;
  for (Case& one : cases)
    if (check_inputs(graph, one, faults) && added.insert(one.name).second) files.add(&one);
  files.check();
}

}  // namespace flowrun
