#include "verbs/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>

#include "flowrun/host/case_row.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/table_text.h"
#include "report/tables_page.h"
#include "system/exit_status.h"
#include "system/interrupts.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostVariants = 1000;
constexpr std::size_t kLongestFolder = 120;

using Values = std::vector<std::pair<std::string, std::string>>;  ///< (parameter, value)

struct Variant {
  Values values;
  std::string folder;  ///< below the output folder
};

/// "a,[1,2],b" at the commas outside brackets.
Words split(const std::string& text) {
  Words parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += (c == '[') - (c == ']');
    if (c == ',' && depth == 0) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

/// Numbers that are equal have one text: 90.5 and 90.50, 1e1 and 10.
std::string same_value(const std::string& value) {
  double number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  return failed == std::errc() && end == value.data() + value.size() ? fmt::format("{}", number) : value;
}

std::pair<std::string, Words> axis_of(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) throw WrongUse{"--sweep takes name=value,value,..., not '" + word + "'"};
  std::pair<std::string, Words> axis{word.substr(0, equals), split(word.substr(equals + 1))};
  std::set<std::string> known;
  for (const std::string& value : axis.second) {
    if (value.empty()) throw WrongUse{"--sweep " + axis.first + " has an empty value"};
    if (!known.insert(same_value(value)).second) throw WrongUse{"--sweep " + axis.first + " has the value '" + value + "' twice"};
  }
  return axis;
}

/// "final_threshold=0.3+models=a", or a number where that is no name for a folder on every system.
std::string folder_of(const Values& values, std::size_t number) {
  std::string name;
  for (const auto& [parameter, value] : values) name += (name.empty() ? "" : "+") + parameter + "=" + value;
  const bool plain =
      name.size() <= kLongestFolder && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || std::string_view("._=+-[], ").find(static_cast<char>(c)) != std::string_view::npos;
      });
  return plain ? name : fmt::format("variant_{:03}", number);
}

std::vector<Variant> variants_of(const Words& sweep) {
  std::vector<Values> all(1);
  std::set<std::string> names;
  for (const std::string& word : sweep) {
    const auto [name, values] = axis_of(word);
    if (!names.insert(name).second) throw WrongUse{"--sweep gives '" + name + "' twice; list its values in one"};
    std::vector<Values> more;
    for (const Values& begun : all)
      for (const std::string& value : values) {
        more.push_back(begun);
        more.back().emplace_back(name, value);
      }
    all = std::move(more);
    if (all.size() > kMostVariants) throw WrongUse{fmt::format("--sweep asks for more than {} variants", kMostVariants)};
  }
  std::vector<Variant> variants;
  for (const Values& values : all) variants.push_back({values, folder_of(values, variants.size() + 1)});
  return variants;
}

RunCommand command_of(const RunCommand& command, const Variant& variant) {
  RunCommand one = command;
  one.sweep.clear();
  for (const auto& [name, value] : variant.values) one.settings.push_back(name + "=" + value);
  one.out = (fs::path(command.out) / variant.folder).string();
  one.where = variant.folder + ": ";
  one.brief = true;
  return one;
}

/// All variants are looked at before the first runs.
bool check_variants(const RunCommand& command, const std::vector<Variant>& variants) {
  Registry registry = open_registry(command.plugin_paths);
  for (const Variant& variant : variants) {
    Diagnostics faults;
    const Cohort cohort(command_of(command, variant), registry, faults);
    if (!faults.has_errors() && cohort.graph()) continue;
    print_faults(faults);
    std::string values;
    for (const auto& [name, value] : variant.values) values += (values.empty() ? "" : ", ") + name + "=" + value;
    fmt::print(stderr, "flowrun: nothing was run: with {}: {}\n", printable(shortened(values, 300)), verdict(faults));
    return false;
  }
  return true;
}

struct VariantRow {
  const Variant* variant;
  CaseRow row;
};

Table::Cell cell_of(const std::optional<double>& value) {
  if (value) return *value;
  return std::string();
}

Table table_of(const std::vector<VariantRow>& rows, const std::vector<Variant>& variants) {
  std::vector<CaseRow> plain;
  for (const VariantRow& row : rows) plain.push_back(row.row);
  const std::vector<std::string> of_graph = graph_columns(plain);
  const std::vector<FigureColumn> figures = figure_columns(plain);
  Table table;
  table.columns = {"case"};
  for (const auto& [name, value] : variants.front().values) table.columns.push_back(name);
  for (const char* name : {"status", "reason", "seconds", "folder"}) table.columns.emplace_back(name);
  for (const std::string& name : of_graph) table.columns.push_back(name);
  for (const FigureColumn& figure : figures) table.columns.push_back(figure.name);
  for (const auto& [variant, row] : rows) {
    std::vector<Table::Cell> cells{row.name};
    for (const auto& [name, value] : variant->values) cells.emplace_back(value);
    cells.emplace_back(std::string(to_string(row.status)));
    cells.emplace_back(one_line(row.error.message));
    cells.emplace_back(row.seconds);
    cells.emplace_back(variant->folder);
    for (const std::string& name : of_graph) cells.push_back(cell_of(figure_at(row, name)));
    for (const FigureColumn& column : figures) {
      const auto found =
          std::find_if(row.figures.begin(), row.figures.end(), [&](const auto& one) { return one.column == column; });
      cells.push_back(cell_of(found != row.figures.end() ? std::optional(found->value) : std::nullopt));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

/// The columns of the graph for each case and variant, with the way to the variant's own report, and the pictures of each case
/// side by side.
TablesPage page_of(const RunCommand& command, const std::vector<VariantRow>& rows, const std::vector<Variant>& variants) {
  std::vector<CaseRow> plain;
  for (const VariantRow& row : rows) plain.push_back(row.row);
  const std::vector<std::string> of_graph = graph_columns(plain);
  PagePart table{.title = "Cases and variants", .items = {}, .columns = {"case"}, .rows = {}, .pictures = {}};
  for (const auto& [name, value] : variants.front().values) table.columns.push_back(name);
  table.columns.emplace_back("status");
  table.columns.insert(table.columns.end(), of_graph.begin(), of_graph.end());
  std::map<std::string, std::vector<PagePicture>> pictures;  // by case
  for (const auto& [variant, row] : rows) {
    std::vector<PageCell> cells{{row.name, variant->folder + "/report.html"}};
    for (const auto& [name, value] : variant->values) cells.push_back({value});
    cells.push_back({std::string(to_string(row.status))});
    for (const std::string& name : of_graph) {
      const std::optional<double> value = figure_at(row, name);
      cells.push_back({value ? figure_text(*value) : ""});
    }
    table.rows.push_back(std::move(cells));
    if (!row.pictures.empty())
      pictures[row.name].push_back(
          {row.name + ", " + variant->folder, fs::path(command.out) / variant->folder / row.pictures.front()});
  }
  PagePart shown{.title = "Pictures", .items = {}, .columns = {}, .rows = {}, .pictures = {}};
  for (auto& [name, of_case] : pictures) shown.pictures.push_back(std::move(of_case));
  TablesPage page{"Sweep of " + command.graph,
                  {count_text(variants.size(), "variant") + "; all figures are in sweep.csv"},
                  {std::move(table)}};
  if (!shown.pictures.empty()) page.parts.push_back(std::move(shown));
  return page;
}

/// A row for each case of each of these variants, which have run now: a folder may have records of an earlier sweep.
void write_table(const RunCommand& command, const std::vector<Variant>& variants) {
  std::vector<VariantRow> rows;
  for (const Variant& variant : variants)
    for (const CaseRecord& record : read_case_records(fs::path(command.out) / variant.folder).records)
      rows.push_back({&variant, row_of(record)});
  const fs::path file = fs::path(command.out) / "sweep.csv";
  refuse_links({file});
  write_atomically(file, table::to_csv(table_of(rows, variants)));
  if (!command.no_report) write_tables_page(fs::path(command.out) / "sweep.html", page_of(command, rows, variants));
}

/// The values of a variant fit the graph, but a node that cannot be opened with them is an Error, as in a run of its own.
int run_variant(const RunCommand& command, const Variant& variant, std::size_t behind, Interrupts& interrupts) try {
  return run(command_of(command, variant), interrupts);
} catch (const Error&) {
  const std::string others = behind == 0 ? "" : fmt::format(" and {} behind it", count_text(behind, "variant"));
  fmt::print(stderr, "flowrun: variant '{}' cannot run, so the sweep ends here; {} has no row for it{}\n",
             printable(variant.folder), printable((fs::path(command.out) / "sweep.csv").string()), others);
  throw;
}

}  // namespace

int run_sweep(const RunCommand& command, Interrupts& interrupts) {
  const std::vector<Variant> variants = variants_of(command.sweep);
  for (const auto& [name, value] : variants.front().values)
    for (const std::string& setting : command.settings)
      if (setting.starts_with(name + "=")) throw WrongUse{"--sweep and --set both give '" + name + "'"};
  if (!check_variants(command, variants)) return kWrongInput;
  int status = kAllDone;
  std::vector<Variant> done;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Variant& variant = variants[i];
    if (!command.quiet) fmt::print("{}variant {} of {}: {}\n", i ? "\n" : "", i + 1, variants.size(), printable(variant.folder));
    const int ended = run_variant(command, variant, variants.size() - i - 1, interrupts);
    status = std::max(status, ended);
    if (command.dry_run) continue;
    if (ended == kWrongInput) return ended;
    done.push_back(variant);
    write_table(command, done);
    if (ended == kInterrupted) return ended;
  }
  if (!command.quiet && !command.dry_run)
    fmt::print("\n{} variants, one table: {}{}\n", variants.size(), printable((fs::path(command.out) / "sweep.csv").string()),
               command.no_report ? "" : ", as a page: " + printable((fs::path(command.out) / "sweep.html").string()));
  return status;
}

}  // namespace flowrun
