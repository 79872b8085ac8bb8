#include "case_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "graph_check.h"
#include "table_reader.h"

namespace flowrun {
namespace {

constexpr std::string_view kCaseColumn = "case";

const ParamSpec* find_input(const GraphSpec& spec, const std::string& name) {
  for (const ValueSpec& input : spec.value_inputs)
    if (input.spec.name == name) return &input.spec;
  return nullptr;
}

std::vector<std::string> input_names(const GraphSpec& spec) {
  std::vector<std::string> names;
  for (const ValueSpec& input : spec.value_inputs) names.push_back(input.spec.name);
  return names;
}

/// The graph's name made fit to be a case's, which becomes part of file names.
std::string default_case_name(const GraphSpec& spec) {
  std::string name = spec.name.empty() ? spec.file.stem().string() : spec.name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
  return name;
}

/// Turns the rows of one table into cases.
class TableCases {
 public:
  TableCases(const CaseSource& source, const GraphSpec* spec, const std::map<std::string, std::string>& common, Faults& faults)
      : file_(source.table), spec_(spec), common_(common), faults_(faults) {}

  CaseList read() {
    const Faults before = faults_;
    std::vector<TableRow> rows = read_table(file_, faults_);
    if (rows.empty()) {
      if (faults_.all().size() == before.all().size()) faults_.error({file_.string(), 0, 0}, "the table of cases is empty");
      return {};
    }
    header_ = std::move(rows.front());
    check_header();
    if (rows.size() == 1) faults_.error({file_.string(), 0, 0}, "the table has a header and no cases");
    for (std::size_t i = 1; i < rows.size(); ++i) add(rows[i]);
    return std::move(list_);
  }

 private:
  Place place(const TableRow& row) const { return {file_.string(), row.line, 1}; }

  void check_header() {
    if (!has_column(kCaseColumn)) faults_.error(place(header_), "the table has no column 'case', which names each case");
    std::set<std::string> seen;
    for (const std::string& name : header_.cells) {
      if (seen.insert(name).second) check_column(name);
      else faults_.error(place(header_), fmt::format("column '{}' stands twice in the header", name));
    }
    check_missing();
  }

  void check_column(const std::string& name) {
    if (name == kCaseColumn || name.starts_with("x-") || !spec_) return;
    if (!find_input(*spec_, name))
      faults_.error(place(header_), fmt::format("column '{}' is no input of graph '{}'{}{}", name, spec_->name,
                                                did_you_mean(name, input_names(*spec_)),
                                                " (a column that flowrun is to leave alone is named x-...)"));
    else if (common_.contains(name))
      faults_.error(place(header_), fmt::format("input '{}' is given by this column and by --in; give it once", name));
  }

  void check_missing() {
    if (!spec_) return;
    for (const ValueSpec& input : spec_->value_inputs) {
      const std::string& name = input.spec.name;
      if (input.spec.default_value || common_.contains(name) || has_column(name)) continue;
      list_.missing.push_back(name);
      faults_.error(place(header_),
                    fmt::format("the table has no column '{}', which graph '{}' needs; --in gives one value to all cases", name,
                                spec_->name));
    }
  }

  bool has_column(std::string_view name) const {
    return std::find(header_.cells.begin(), header_.cells.end(), name) != header_.cells.end();
  }

  void add(const TableRow& row) {
    if (row.cells.size() != header_.cells.size()) {
      faults_.error(place(row), fmt::format("this row has {} cells, the header has {}", row.cells.size(), header_.cells.size()));
      return;
    }
    Case one;
    for (const auto& [name, value] : common_) one.inputs[name] = value;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string& column = header_.cells[i];
      if (column == kCaseColumn) one.name = row.cells[i];
      else if (const ParamSpec* input = spec_ ? find_input(*spec_, column) : nullptr; input && !row.cells[i].empty())
        one.inputs[column] = cell_value(*input, row.cells[i]);
    }
    accept(std::move(one), row);
  }

  void accept(Case one, const TableRow& row) {
    if (!has_column(kCaseColumn)) return;
    if (one.name.empty()) {
      faults_.error(place(row), "the case has no name");
      return;
    }
    const auto [earlier, is_new] = list_.places.try_emplace(one.name, place(row));
    if (is_new) list_.cases.push_back(std::move(one));
    else faults_.error(place(row), fmt::format("case '{}' stands in line {} already", one.name, earlier->second.line));
  }

  /// A relative path in a table starts at the table's folder.
  std::string cell_value(const ParamSpec& input, const std::string& text) const {
    if (input.type != ParamType::path) return text;
    return (file_.parent_path() / text).string();  // an absolute path replaces the folder
  }

  std::filesystem::path file_;
  const GraphSpec* spec_;
  const std::map<std::string, std::string>& common_;
  Faults& faults_;
  TableRow header_;
  CaseList list_;
};

CaseList single_case(const CaseSource& source, const GraphSpec* spec, const std::map<std::string, std::string>& values) {
  Case one;
  one.name = source.case_name.empty() && spec ? default_case_name(*spec) : source.case_name;
  for (const auto& [name, value] : values) one.inputs[name] = value;
  CaseList list;
  list.cases.push_back(std::move(one));
  return list;
}

/// The case that a message of check_cases is about: the first name in quotes behind the word.
std::string case_in(const std::string& message) {
  constexpr std::string_view kWord = "case '";
  const std::size_t begin = message.find(kWord);
  if (begin == std::string::npos) return {};
  const std::size_t name = begin + kWord.size();
  return message.substr(name, message.find('\'', name) - name);
}

}  // namespace

CaseList collect_cases(const CaseSource& source, const GraphSpec* spec, Faults& faults) {
  std::map<std::string, std::string> common;
  for (auto& [name, value] : assignments(source.inputs, "--in", faults)) {
    if (!spec || find_input(*spec, name)) common[name] = value;
    else
      faults.error({},
                   fmt::format("--in: graph '{}' has no input '{}'{}", spec->name, name, did_you_mean(name, input_names(*spec))));
  }
  if (source.table.empty()) return single_case(source, spec, common);
  if (!source.case_name.empty()) faults.error({}, "--case-name names a single case; with --cases the table names them");
  return TableCases(source, spec, common, faults).read();
}

void check_case_list(const ValidatedGraph& graph, CaseList& list, const std::filesystem::path& out, Faults& faults) {
  Faults found;
  check_cases(graph, list.cases, out, found);
  for (const Fault& fault : found.all()) {
    const bool said = std::any_of(list.missing.begin(), list.missing.end(), [&](const std::string& name) {
      return fault.message.find("input '" + name + "'") != std::string::npos;
    });
    if (said) continue;
    const auto row = list.places.find(case_in(fault.message));
    const Place place = fault.place.file.empty() && row != list.places.end() ? row->second : fault.place;
    add_fault(faults, fault.severity, place, fault.message);
  }
}

}  // namespace flowrun
