#include "verbs/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "flowrun/host/case_row.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/run_lock.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/table_text.h"
#include "report/tables_page.h"
#include "system/exit_status.h"
#include "system/interrupts.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"
#include "verbs/sweep_files.h"
#include "verbs/sweep_variants.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTable = "sweep.csv";
constexpr const char* kPage = "sweep.html";

RunCommand command_of(const RunCommand& command, const Variant& variant) {
  RunCommand one = command;
  one.sweep.clear();
  for (const auto& [name, value] : variant.values) one.settings.push_back(name + "=" + value);
  one.out = (fs::path(command.out) / variant.folder).string();
  one.where = variant.folder + ": ";
  one.brief = true;
  return one;
}

std::string values_text(const Variant& variant) {
  std::string text;
  for (const auto& [name, value] : variant.values) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return shortened(text, 300);
}

/// All variants are looked at before the first runs.
bool check_variants(const RunCommand& command, const std::vector<Variant>& variants) {
  Registry registry = open_registry(command.plugin_paths);
  SweepFiles files(command.out, {kTable, kPage});
  for (const Variant& variant : variants) {
    Diagnostics faults;
    const RunCommand one = command_of(command, variant);
    const Cohort cohort(one, registry, faults);
    const bool good = !faults.has_errors() && cohort.graph();
    if (!good) print_faults(faults);
    const std::string fault =
        good ? files.add(cohort, one.out, values_text(variant)) : "with " + values_text(variant) + ": " + verdict(faults);
    if (fault.empty()) continue;
    fmt::print(stderr, "flowrun: nothing was run: {}\n", printable(fault));
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
  const fs::path file = fs::path(command.out) / kTable;
  refuse_links({file});
  write_atomically(file, table::to_csv(table_of(rows, variants)));
  if (!command.no_report) write_tables_page(fs::path(command.out) / kPage, page_of(command, rows, variants));
}

std::string path_text(const RunCommand& command, const char* file) { return printable((fs::path(command.out) / file).string()); }

/// The values of a variant fit the graph, but a node that cannot be opened with them is an Error, as in a run of its own, and so
/// is a full disk.
int run_variant(const RunCommand& command, const Variant& variant, std::size_t behind, Interrupts& interrupts) try {
  return run(command_of(command, variant), interrupts);
} catch (const Error&) {
  const std::string others = behind == 0 ? "" : fmt::format(" and {} behind it", count_text(behind, "variant"));
  fmt::print(stderr, "flowrun: variant '{}' cannot run, so the sweep ends here; {} has no row for it{}\n",
             printable(variant.folder), path_text(command, kTable), others);
  throw;
}

/// With the folder locked: the table and the page are of all variants. Shards of a sweep share it, and lock what they run.
std::unique_ptr<RunLock> lock_of(const RunCommand& command) {
  if (command.dry_run || !command.shard.empty()) return nullptr;
  RunLock::Busy wait;
  if (is_run_of_watch()) wait = [](const std::string& sentence) { fmt::print(stderr, "flowrun: {}\n", printable(sentence)); };
  return std::make_unique<RunLock>(command.out, "flowrun run --sweep " + command.graph, "", wait);
}

/// The variants, of which those in `done` have run.
int run_variants(const RunCommand& command, const std::vector<Variant>& variants, std::vector<Variant>& done,
                 Interrupts& interrupts) {
  int status = kAllDone;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Variant& variant = variants[i];
    const std::size_t behind = variants.size() - i - 1;
    if (!command.quiet) fmt::print("{}variant {} of {}: {}\n", i ? "\n" : "", i + 1, variants.size(), printable(variant.folder));
    const int ended = run_variant(command, variant, behind, interrupts);
    status = std::max(status, ended);
    if (command.dry_run) continue;
    if (ended == kWrongInput) return done.empty() ? kWrongInput : kSomeCaseFailed;
    done.push_back(variant);
    write_table(command, done);
    if (behind > 0 && (ended == kInterrupted || interrupts.received())) {
      fmt::print(stderr, "flowrun: interrupted: {} behind '{}' did not run; {} has no row for {}\n",
                 count_text(behind, "variant"), printable(variant.folder), path_text(command, kTable),
                 behind == 1 ? "it" : "them");
      return kInterrupted;
    }
  }
  return status;
}

/// What one file cannot have of several variants.
void check_use(const RunCommand& command, const std::vector<Variant>& variants) {
  for (const auto& [name, value] : variants.front().values)
    for (const std::string& setting : command.settings)
      if (setting.starts_with(name + "=")) throw WrongUse{"--sweep and --set both give '" + name + "'"};
  if (!command.trace.empty())
    throw WrongUse{
        "--trace names one file, and each variant of --sweep would replace it; run the variant that you look at alone"};
}

}  // namespace

int run_sweep(const RunCommand& command, Interrupts& interrupts) {
  const std::vector<Variant> variants = variants_of(command.sweep);
  check_use(command, variants);
  if (!check_variants(command, variants)) return kWrongInput;
  const std::unique_ptr<RunLock> lock = lock_of(command);
  std::vector<Variant> done;
  int status = kAllDone;
  try {
    status = run_variants(command, variants, done, interrupts);
  } catch (const Error& error) {
    if (done.empty()) throw;
    fmt::print(stderr, "flowrun: {}\n", printable(error.what()));
    return kSomeCaseFailed;
  }
  if (!command.quiet && done.size() == variants.size())
    fmt::print("\n{} variants, one table: {}{}\n", variants.size(), path_text(command, kTable),
               command.no_report ? "" : ", as a page: " + path_text(command, kPage));
  return status;
}

}  // namespace flowrun
