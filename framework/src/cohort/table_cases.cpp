#include "cohort/table_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cohort/graph_inputs.h"
#include "cohort/table_reader.h"

namespace flowrun {
namespace {

constexpr std::string_view kCaseColumn = "case";

/// Turns the rows of one table into cases.
class TableCases : public CaseSource {
 public:
  TableCases(const CaseWords& words, const GraphSpec* spec, const CommonValues& common, Diagnostics& faults)
      : words_(words), file_(words.table), spec_(spec), common_(common), faults_(faults) {}

  CaseList read() override {
    const std::size_t before = faults_.all().size();
    std::vector<TableRow> rows = read_table(file_, faults_);
    if (rows.empty()) {
      if (faults_.all().size() == before) faults_.error({file_.string(), 0, 0}, "the table of cases is empty");
      return {};
    }
    header_ = std::move(rows.front());
    if (!check_header()) return {};
    if (rows.size() == 1) faults_.error({file_.string(), 0, 0}, "the table has a header and no cases");
    for (std::size_t i = 1; i < rows.size(); ++i) add(rows[i]);
    return std::move(list_);
  }

 private:
  SourceLocation place(const TableRow& row) const { return {file_.string(), row.line, 1}; }

  /// Whether rows can be read by it.
  bool check_header() {
    const SourceLocation at = place(header_);
    if (header_.cells.size() == 1 && header_.cells.front().find(';') != std::string::npos) {
      faults_.error(at, "the columns are separated by ';'; save the table with commas, or with tabs as .tsv");
      return false;
    }
    if (!has_column(kCaseColumn)) faults_.error(at, "the table has no column 'case', which names each case");
    std::set<std::string> seen;
    for (const std::string& name : header_.cells) {
      if (name.empty()) faults_.error(at, "a column has no name; one that flowrun is to leave alone is named x-...");
      else if (seen.insert(name).second) check_column(name);
      else faults_.error(at, fmt::format("column '{}' occurs twice in the header", name));
    }
    check_missing();
    return has_column(kCaseColumn);
  }

  void check_column(const std::string& name) {
    if (name == kCaseColumn || name.starts_with("x-") || !spec_) return;
    if (!find_input(*spec_, name))
      faults_.error(place(header_), fmt::format("column '{}' is no input of graph '{}'{}{}", name, spec_->name,
                                                did_you_mean(name, input_names(*spec_)),
                                                " (a column that flowrun is to leave alone is named x-...)"));
    else if (common_.contains(name))
      faults_.error(place(header_), fmt::format("input '{}' is given by this column and by --in; give it once", name));
    else if (words_.patterns.contains(name))
      faults_.error(place(header_),
                    fmt::format("input '{}' is given by this column and by a pattern of --cases; give it once", name));
  }

  void check_missing() {
    if (!spec_) return;
    for (const ValueSpec& input : spec_->value_inputs) {
      const std::string& name = input.spec.name;
      if (input.may_be_missing() || common_.contains(name) || words_.patterns.contains(name) || has_column(name)) continue;
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
    one.place = place(row);
    add_common(common_, one);
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string& column = header_.cells[i];
      if (column == kCaseColumn) one.name = row.cells[i];
      else if (const ValueSpec* input = spec_ ? find_input(*spec_, column) : nullptr; input && !row.cells[i].empty())
        one.inputs[column] = cell_value(input->spec, row.cells[i]);
    }
    accept(std::move(one));
  }

  void accept(Case one) {
    if (one.name.empty()) {
      faults_.error(one.place, "the case has no name");
      return;
    }
    const auto [earlier, is_new] = lines_.try_emplace(one.name, one.place.line);
    if (!is_new) {
      faults_.error(one.place, fmt::format("case '{}' is already in line {}", one.name, earlier->second));
      return;
    }
    for (const auto& [input, pattern] : words_.patterns)
      one.inputs[input] = file_of_case(pattern, one.name, one.place, input, faults_);
    list_.cases.push_back(std::move(one));
  }

  /// A relative path in a table starts at the table's folder.
  std::string cell_value(const ParamSpec& input, const std::string& text) const {
    if (input.type != ParamType::path) return text;
    return (file_.parent_path() / text).string();  // an absolute path replaces the folder
  }

  const CaseWords& words_;
  std::filesystem::path file_;
  const GraphSpec* spec_;
  const CommonValues& common_;
  Diagnostics& faults_;
  TableRow header_;
  std::map<std::string, int> lines_;  // of the cases, by name
  CaseList list_;
};

}  // namespace

std::unique_ptr<CaseSource> table_cases(const CaseWords& words, const GraphSpec* spec, const CommonValues& common,
                                        Diagnostics& faults) {
  return std::make_unique<TableCases>(words, spec, common, faults);
}

}  // namespace flowrun
