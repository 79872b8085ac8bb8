#include "verbs/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "flowrun/host/case_row.h"
#include "flowrun/host/comparison.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/written_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/table_text.h"
#include "report/compared_masks.h"
#include "report/tables_page.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRows = 40;
constexpr const char* kCsvHeader = "case,kind,name,a,b,difference";

struct CompareCommand : MaskChoice {
  std::string a, b;
  std::string csv, page;
  Words plugin_paths;
};

std::string text_of(const std::optional<double>& value) { return value ? figure_text(*value) : "-"; }

bool differs(const ComparedFigure& figure) {
  if (figure.a.has_value() != figure.b.has_value()) return true;
  return figure.a && *figure.a != *figure.b && !(std::isnan(*figure.a) && std::isnan(*figure.b));
}

/// What differs, a line for each change.
std::vector<std::string> change_lines(const Comparison& comparison) {
  std::vector<std::string> lines = comparison.changes;
  for (const ComparedCase& one : comparison.cases) {
    if (one.status_a != one.status_b)
      lines.push_back(fmt::format("{}: {} in A, {} in B", one.name, to_string(one.status_a), to_string(one.status_b)));
    for (const std::string& change : one.changes) lines.push_back(one.name + ": " + change);
    for (const ComparedFile& file : one.files)
      for (const auto& [changed, run, path] : {std::tuple(file.changed_a, "A", file.a), std::tuple(file.changed_b, "B", file.b)})
        if (changed)
          lines.push_back(fmt::format("{}: {} of {} is not what the run wrote: '{}' was changed or removed since", one.name,
                                      file.name, run, path.string()));
  }
  for (const std::string& name : comparison.only_a) lines.push_back(name + ": only in A");
  for (const std::string& name : comparison.only_b) lines.push_back(name + ": only in B");
  return lines;
}

void print_changes(const Comparison& comparison) {
  fmt::print("\nCHANGES (from A to B)\n");
  const std::vector<std::string> lines = change_lines(comparison);
  for (std::size_t i = 0; i < std::min(lines.size(), kMaxRows); ++i) fmt::print("  {}\n", printable(lines[i]));
  if (lines.empty()) fmt::print("  none\n");
  if (lines.size() > kMaxRows) fmt::print("  and {} more; --page FILE lists all\n", lines.size() - kMaxRows);
}

void print_figures(const Comparison& comparison) {
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right});
  table.add({"case", "figure", "A", "B", "B - A"});
  std::size_t same = 0, different = 0;
  for (const ComparedCase& one : comparison.cases)
    for (const ComparedFigure& figure : one.figures) {
      if (!differs(figure)) ++same;
      else if (++different <= kMaxRows)
        table.add({one.name, figure.name, text_of(figure.a), text_of(figure.b),
                   figure.a && figure.b ? figure_text(*figure.b - *figure.a) : "-"});
    }
  fmt::print("\nFIGURES that differ\n{}", different ? table.text() : "  none\n");
  if (different > kMaxRows) fmt::print("  and {} more; --csv FILE lists all\n", different - kMaxRows);
  fmt::print("  {} the same\n", same == 1 ? "1 is" : fmt::format("{} are", same));
}

void print_masks(const CompareCommand& command, const std::vector<ComparedMask>& masks) {
  if (masks.empty()) return;
  std::vector<Align> align{Align::left, Align::left, Align::right, Align::right, Align::right};
  std::vector<std::string> head{"case", "mask", "Dice", "A ml", "B ml"};
  if (!command.reference.empty()) {
    align.insert(align.end(), {Align::right, Align::right});
    head.insert(head.end(), {"A with reference", "B with reference"});
  }
  TextTable table(std::move(align));
  table.add(std::move(head));
  for (std::size_t i = 0; i < std::min(masks.size(), kMaxRows); ++i) {
    const ComparedMask& mask = masks[i];
    std::vector<std::string> cells{mask.of->name, mask.file->name, mask.file->same ? "1 (same file)" : text_of(mask.overlap.dice),
                                   text_of(mask.overlap.volume_a_ml), text_of(mask.overlap.volume_b_ml)};
    if (!command.reference.empty())
      for (const MaskOverlap* overlap : {&mask.reference_a, &mask.reference_b}) cells.push_back(text_of(overlap->dice));
    const std::size_t columns = cells.size();
    table.add(std::move(cells));
    if (!mask.label_dice) continue;
    std::vector<std::string> of_labels(columns);
    of_labels[1] = label_row_name(mask);
    of_labels[2] = text_of(mask.label_dice);
    table.add(std::move(of_labels));
  }
  fmt::print("\nMASKS\n{}", table.text());
  if (masks.size() > kMaxRows) fmt::print("  and {} more; --csv FILE lists all\n", masks.size() - kMaxRows);
  for (const ComparedMask& mask : masks)
    for (const MaskOverlap* overlap : {&mask.overlap, &mask.reference_a, &mask.reference_b})
      if (!overlap->fault.empty())
        fmt::print(stderr, "flowrun: warning: case '{}', {}: {}\n", printable(mask.of->name), printable(mask.file->name),
                   printable(overlap->fault));
}

Table::Cell cell(const std::optional<double>& value) {
  if (value) return *value;
  return std::string();
}

void write_csv(const std::string& file, const Comparison& comparison, const std::vector<ComparedMask>& masks) {
  Table table;
  table.columns = {"case", "kind", "name", "a", "b", "difference"};
  const auto add = [&](const std::string& name, const char* kind, const std::string& what, const std::optional<double>& a,
                       const std::optional<double>& b) {
    table.rows.push_back({name, std::string(kind), what, cell(a), cell(b), cell(a && b ? std::optional(*b - *a) : std::nullopt)});
  };
  for (const ComparedCase& one : comparison.cases)
    for (const ComparedFigure& figure : one.figures) add(one.name, "figure", figure.name, figure.a, figure.b);
  for (const ComparedMask& mask : masks) {
    add(mask.of->name, "volume_ml", mask.file->name, mask.overlap.volume_a_ml, mask.overlap.volume_b_ml);
    table.rows.push_back(
        {mask.of->name, std::string("dice"), mask.file->name, cell(mask.overlap.dice), std::string(), std::string()});
    if (mask.label_dice)
      table.rows.push_back({mask.of->name, std::string("mean_dice_of_labels"), mask.file->name, cell(mask.label_dice),
                            std::string(), std::string()});
    if (mask.reference_a.dice || mask.reference_b.dice)
      add(mask.of->name, "dice_with_reference", mask.file->name, mask.reference_a.dice, mask.reference_b.dice);
  }
  refuse_links({file});
  write_atomically(file, table::to_csv(table));
}

PagePart figures_part(const Comparison& comparison) {
  PagePart part{
      .title = "Figures that differ", .items = {}, .columns = {"case", "figure", "A", "B", "B - A"}, .rows = {}, .pictures = {}};
  for (const ComparedCase& one : comparison.cases)
    for (const ComparedFigure& figure : one.figures)
      if (differs(figure))
        part.rows.push_back({{one.name},
                             {figure.name},
                             {text_of(figure.a)},
                             {text_of(figure.b)},
                             {figure.a && figure.b ? figure_text(*figure.b - *figure.a) : "-"}});
  return part;
}

PagePart masks_part(const CompareCommand& command, const std::vector<ComparedMask>& masks) {
  PagePart part{.title = "Masks", .items = {}, .columns = {"case", "mask", "Dice", "A ml", "B ml"}, .rows = {}, .pictures = {}};
  if (!command.reference.empty()) part.columns.insert(part.columns.end(), {"Dice of A with the reference", "of B"});
  for (const ComparedMask& mask : masks) {
    part.rows.push_back({{mask.of->name},
                         {mask.file->name},
                         {text_of(mask.overlap.dice)},
                         {text_of(mask.overlap.volume_a_ml)},
                         {text_of(mask.overlap.volume_b_ml)}});
    if (!command.reference.empty())
      for (const MaskOverlap* overlap : {&mask.reference_a, &mask.reference_b})
        part.rows.back().push_back({text_of(overlap->dice)});
    if (!mask.label_dice) continue;
    part.rows.push_back({{mask.of->name}, {label_row_name(mask)}, {text_of(mask.label_dice)}, {""}, {""}});
    part.rows.back().resize(part.columns.size());
  }
  return part;
}

PagePart pictures_part(const Comparison& comparison) {
  PagePart part{.title = "Pictures", .items = {}, .columns = {}, .rows = {}, .pictures = {}};
  for (const ComparedCase& one : comparison.cases)
    for (const ComparedFile& file : one.files)
      if (file.a.extension() == ".png" && file.b.extension() == ".png")
        part.pictures.push_back({{one.name + ", " + file.name + ": A", file.a},
                                 {one.name + ", " + file.name + (file.same ? ": B, the same file" : ": B"), file.b}});
  return part;
}

void write_page(const CompareCommand& command, const Comparison& comparison, const std::vector<ComparedMask>& masks) {
  TablesPage page{
      "Two runs", {"A: " + command.a, "B: " + command.b, count_text(comparison.cases.size(), "case") + " in both"}, {}};
  page.parts.push_back(
      {.title = "What differs, from A to B", .items = change_lines(comparison), .columns = {}, .rows = {}, .pictures = {}});
  page.parts.push_back(figures_part(comparison));
  if (!masks.empty()) page.parts.push_back(masks_part(command, masks));
  if (PagePart pictures = pictures_part(comparison); !pictures.pictures.empty()) page.parts.push_back(std::move(pictures));
  write_tables_page(command.page, page);
}

/// Only earlier tables and pages of comparisons are replaced.
void spare_other_files(const CompareCommand& command) {
  const auto refuse = [](const std::string& fault) {
    if (!fault.empty()) throw Error(fault);
  };
  if (!command.csv.empty())
    refuse(overwrite_fault(command.csv, "--csv", "table of flowrun compare",
                           [](const std::string& beginning) { return beginning.starts_with(kCsvHeader); }));
  if (!command.page.empty())
    refuse(overwrite_fault(command.page, "--page", "page of flowrun", [](const std::string& beginning) {
      return beginning.find("<!-- Tables of several runs, made by flowrun. -->") != std::string::npos;
    }));
}

std::string no_common_case(const Comparison& comparison) {
  const auto names = [](const std::vector<std::string>& all) {
    return all.empty() ? std::string("none") : fmt::format("'{}'{}", all.front(), all.size() > 1 ? " and others" : "");
  };
  return fmt::format("no case is in both runs, so nothing can be compared: A has {}, B has {}; give the cases of both the same "
                     "names (a single case by --case-name)",
                     names(comparison.only_a), names(comparison.only_b));
}

int compare(const CompareCommand& command) {
  if (!command.reference.empty() && command.reference.find("{case}") == std::string::npos)
    throw WrongUse{"--reference takes a pattern with {case}, as masks/{case}.nii.gz"};
  spare_other_files(command);
  Registry registry = open_registry(command.plugin_paths);
  const Comparison comparison = compare_runs(command.a, command.b);
  if (comparison.cases.empty()) throw WrongUse{no_common_case(comparison)};
  const std::vector<ComparedMask> masks = compared_masks(command, comparison, registry);
  fmt::print("A: {}\nB: {}\n{} in both\n", printable(command.a), printable(command.b),
             count_text(comparison.cases.size(), "case"));
  print_changes(comparison);
  print_figures(comparison);
  print_masks(command, masks);
  if (!command.csv.empty()) write_csv(command.csv, comparison, masks);
  if (!command.page.empty()) write_page(command, comparison, masks);
  for (const std::string& file : {command.csv, command.page})
    if (!file.empty()) fmt::print("\nall of it: {}\n", printable(file));
  return kAllDone;
}

}  // namespace

Verb compare_verb(CLI::App& app) {
  Verb verb(app, "compare", "what differs between two runs: graph, inputs, figures, masks",
            "  flowrun compare results/threshold_03 results/threshold_05\n"
            "  flowrun compare before after --reference 'masks/{case}.nii.gz' --mask write_lesions\n\n"
            "Cases of one name are compared. Dice and volumes are of the masks and labels that the same node wrote in both.\n"
            "Exit status: 0 compared, whatever differs; 2 a folder has no records, no case is in both, or the command line is "
            "wrong.");
  CompareCommand& command = verb.carried_out_by(compare);
  verb.argument("A", command.a, "output folder of a run");
  verb.argument("B", command.b, "output folder of another");
  verb.option("--reference", command.reference, "PATTERN", "masks that are taken for the truth, with {case} for the case's name");
  verb.option("--mask", command.mask, "NODE", "measure only the masks that this node wrote, as write_lesions [all masks and labels]");
  verb.option("--csv", command.csv, "FILE", "write all figures and measures as a table");
  verb.option("--page", command.page, "FILE", "write a page (HTML) with the pictures of both side by side");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
