#include "flowrun/host/case_row.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "flowrun/host/text.h"

namespace flowrun {
namespace {

/// A figure of a node that the record does not list stands behind the others.
std::vector<CaseRow::Figure> figures_of(const CaseRecord& record) {
  std::map<std::string, std::size_t> places;
  for (const NodeRecord& node : record.nodes) places.emplace(node.id, places.size());
  std::vector<CaseRow::Figure> figures;
  for (const Report& report : record.reports) {
    const auto place = places.find(report.node);
    figures.push_back({{place == places.end() ? places.size() : place->second, report.node + "." + report.name}, report.value});
  }
  std::sort(figures.begin(), figures.end(), [](const auto& a, const auto& b) { return a.column < b.column; });
  return figures;
}

/// The figure of that name, "node.figure".
std::optional<double> figure_named(const std::vector<CaseRow::Figure>& figures, const std::string& name) {
  for (const CaseRow::Figure& figure : figures)
    if (figure.column.name == name) return figure.value;
  return std::nullopt;
}

bool is_picture(const std::string& path) {
  if (path.size() < 5) return false;
  std::string end = path.substr(path.size() - 4);
  std::transform(end.begin(), end.end(), end.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return end == ".png";
}

/// Nodes of a stage, in its own stages too.
struct Stage {
  std::size_t nodes = 0, left_out = 0;
};

/// The stages that a node lies in, the outermost first: "a" and "a/b" of "a/b/c".
std::vector<std::string> stages_of(const std::string& node) {
  std::vector<std::string> stages;
  for (std::size_t at = node.find('/'); at != std::string::npos; at = node.find('/', at + 1)) stages.push_back(node.substr(0, at));
  return stages;
}

/// A stage of which no node ran stands for all its nodes.
std::string name_of_left_out(const std::string& node, const std::map<std::string, Stage>& stages) {
  for (const std::string& name : stages_of(node))
    if (const Stage& stage = stages.at(name); stage.nodes == stage.left_out && stage.nodes > 1)
      return fmt::format("{} ({})", name, count_text(stage.nodes, "node"));
  return node;
}

}  // namespace

CaseRow row_of(const CaseRecord& record, const std::vector<std::pair<std::string, std::string>>& columns) {
  CaseRow row;
  row.name = record.name;
  row.status = record.status;
  if (!record.errors.empty()) row.error = record.errors.front();
  row.warnings = record.warnings;
  std::vector<std::string> all;
  for (const NodeRecord& node : record.nodes) all.push_back(node.id);
  row.left_out = left_out_text(record.left_out, all);
  row.figures = figures_of(record);
  for (const auto& [name, figure] : columns) row.columns.emplace_back(name, figure_named(row.figures, figure));
  row.started = record.started;
  row.seconds = record.seconds;
  row.peak_payload_bytes = record.peak_payload_bytes;
  row.attempt = record.attempt;
  for (const OutputFile& output : record.outputs)
    if (output.file.size > 0 && is_picture(output.file.path)) row.pictures.push_back(output.file.path);
  row.replay = record.replay;
  row.earlier = record.earlier;
  return row;
}

std::string left_out_text(const std::vector<std::pair<std::string, std::string>>& nodes, const std::vector<std::string>& all) {
  std::map<std::string, Stage> stages;
  for (const std::string& node : all)
    for (const std::string& stage : stages_of(node)) ++stages[stage].nodes;
  for (const auto& [node, reason] : nodes)
    for (const std::string& stage : stages_of(node)) ++stages[stage].left_out;
  std::vector<std::string> names, reasons;
  const auto add = [](std::vector<std::string>& list, const std::string& text) {
    if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  };
  for (const auto& [node, reason] : nodes) {
    add(names, name_of_left_out(node, stages));
    add(reasons, reason);
  }
  return names.empty() ? "" : fmt::format("{} did not run ({})", fmt::join(names, ", "), fmt::join(reasons, "; "));
}

std::vector<FigureColumn> figure_columns(const std::vector<CaseRow>& rows) {
  std::set<FigureColumn> columns;
  for (const CaseRow& row : rows)
    for (const CaseRow::Figure& figure : row.figures) columns.insert(figure.column);
  return {columns.begin(), columns.end()};
}

std::vector<std::string> graph_columns(const std::vector<CaseRow>& rows) {
  std::vector<std::string> names;
  for (const CaseRow& row : rows)
    for (const auto& [name, value] : row.columns)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::optional<double> figure_at(const CaseRow& row, const std::string& column) {
  for (const auto& [name, value] : row.columns)
    if (name == column) return value;
  return std::nullopt;
}

std::vector<std::string> sources_of(const NodeRecord& node) {
  std::vector<std::string> sources;
  for (const std::string& input : node.inputs) {  // "port <- node.port"
    const std::size_t arrow = input.find("<- "), dot = input.rfind('.');
    if (arrow != std::string::npos && dot != std::string::npos && dot > arrow + 3)
      sources.push_back(input.substr(arrow + 3, dot - arrow - 3));
  }
  return sources;
}

std::string one_line(std::string_view text) {
  std::string line = printable_lines(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string exact_text(double value) {
  if (!std::isfinite(value)) return "";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

}  // namespace flowrun
