#include "node_types.h"

#include <array>
#include <limits>

#include "flowrun/sdk/table_text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "statistics.h"

namespace flowrun::evaluate {
namespace {

constexpr CollectingInput<Table> kRows{"rows", Scope::per_case, "The measures of each case, as evaluate.join gives them"};

struct Statistic {
  const char* name;
  double (*value)(const Statistics&);
};

constexpr std::array<Statistic, 6> kStatistics{{{"n", [](const Statistics& s) { return static_cast<double>(s.count); }},
                                                {"mean", [](const Statistics& s) { return s.mean; }},
                                                {"sd", [](const Statistics& s) { return s.sd; }},
                                                {"median", [](const Statistics& s) { return s.median; }},
                                                {"min", [](const Statistics& s) { return s.least; }},
                                                {"max", [](const Statistics& s) { return s.most; }}}};

double number_in(const Table::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&cell);
  return number ? *number : std::numeric_limits<double>::quiet_NaN();
}

bool holds_numbers(const Table& table, std::size_t column) {
  for (const auto& row : table.rows)
    if (std::holds_alternative<std::string>(row[column])) return false;
  return true;
}

Statistics statistics_of_column(const Table& table, std::size_t column) {
  std::vector<double> values;
  for (const auto& row : table.rows) values.push_back(number_in(row[column]));
  return statistics_of(std::move(values));
}

/// The cases, then a row for each statistic; the first column says which is which.
Table with_statistics(const Table& cases) {
  Table all;
  all.columns = cases.columns;
  all.columns.insert(all.columns.begin(), "row");
  for (const auto& row : cases.rows) {
    all.rows.push_back(row);
    all.rows.back().insert(all.rows.back().begin(), std::string("case"));
  }
  for (const Statistic& statistic : kStatistics) {
    std::vector<Table::Cell> row{std::string(statistic.name)};
    for (std::size_t c = 0; c < cases.columns.size(); ++c) {
      if (holds_numbers(cases, c)) row.emplace_back(statistic.value(statistics_of_column(cases, c)));
      else row.emplace_back(std::string());
    }
    all.rows.push_back(std::move(row));
  }
  return all;
}

std::string json_of(const Table& cases) {
  std::string text = "{\n  \"cases\": " + table::to_json(cases, "  ") + ",\n  \"summary\": {";
  bool first = true;
  for (std::size_t c = 0; c < cases.columns.size(); ++c) {
    if (!holds_numbers(cases, c)) continue;
    const Statistics statistics = statistics_of_column(cases, c);
    text += (first ? "\n    " : ",\n    ") + table::json_text(cases.columns[c]) + ": {";
    for (std::size_t i = 0; i < kStatistics.size(); ++i)
      text +=
          (i ? ", \"" : "\"") + std::string(kStatistics[i].name) + "\": " + table::json_cell(kStatistics[i].value(statistics));
    text += "}";
    first = false;
  }
  return text + "\n  }\n}\n";
}

class SummaryFiring : public Firing {
 public:
  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    const Table& table = static_cast<const Table&>(*item);
    table::require_complete(table);
    if (cases_.columns.empty()) cases_.columns = table.columns;
    if (table.columns != cases_.columns)
      throw Error("the cases do not all have the same measures: one has " + std::to_string(cases_.columns.size()) +
                  " columns, another " + std::to_string(table.columns.size()) + " or others; connect one node's table");
    cases_.rows.insert(cases_.rows.end(), table.rows.begin(), table.rows.end());
  }

  void finish(Context& context) override {
    const std::string &csv = context.params().text("csv"), &json = context.params().text("json");
    if (csv.empty() && json.empty()) throw Error("neither parameter 'csv' nor 'json' names a file; give at least one");
    if (cases_.rows.empty()) context.warn("no case has measures; the files will hold none");
    if (!csv.empty()) write_atomically(csv, table::to_csv(with_statistics(cases_)));
    if (!json.empty()) write_atomically(json, json_of(cases_));
    report(context);
  }

 private:
  void report(Context& context) const {
    context.report("cases", static_cast<double>(cases_.rows.size()));
    for (std::size_t c = 0; c < cases_.columns.size(); ++c)
      if (holds_numbers(cases_, c) && !cases_.rows.empty())
        context.report("mean_" + cases_.columns[c], statistics_of_column(cases_, c).mean);
  }

  Table cases_;
};

class Summary : public Node {
 public:
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<SummaryFiring>(); }
};

ParamSpec file_param(const std::string& name, const std::string& help) {
  return {.name = name,
          .type = ParamType::path,
          .default_value = std::string(),
          .help = help,
          .role = PathRole::output,
          .per_case = true};
}

}  // namespace

NodeType summary_type() {
  NodeType type;
  type.name = "evaluate.summary";
  type.summary = "The measures of all cases with their mean, standard deviation and median, as CSV and JSON";
  type.details =
      "Collects the rows of the run's cases, in the order of the cases, and writes them. In the CSV file the column 'row' is "
      "'case' in the rows of cases; below them stand rows n, mean, sd, median, min and max over the cases. In the JSON file, "
      "'cases' is the list of rows and 'summary' has these figures for each measure. The standard deviation is that of the "
      "sample (divided by n - 1). A measure that a case does not have (an empty cell) is left out of the figures, and n says how "
      "many cases had it.\n\n"
      "A case that failed is left out. Errors: neither 'csv' nor 'json' is given; cases with different columns; a file that "
      "cannot be written. Reports cases, and the mean of each measure.";
  type.inputs = {kRows};
  type.params = {file_param("csv", "File of comma-separated values to write; empty: none"),
                 file_param("json", "JSON file to write; empty: none")};
  type.create = create_node<Summary>;
  return type;
}

}  // namespace flowrun::evaluate
