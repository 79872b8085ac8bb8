#include "report/run_data.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <ostream>

#include "flowrun/host/text.h"
#include "report/case_data.h"
#include "report/page_text.h"

namespace flowrun {
namespace {

std::size_t count_of(const std::vector<CaseRow>& rows, CaseStatus status) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const CaseRow& row) { return row.status == status; }));
}

std::string state_text(const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::string text = fmt::format("{} of {} done", count_of(rows, CaseStatus::done), count_text(facts.cases, "case"));
  if (const std::size_t failed = count_of(rows, CaseStatus::failed)) text += fmt::format(", {} failed", failed);
  return text;
}

std::string first_start(const std::vector<CaseRow>& rows) {
  std::string first;
  for (const CaseRow& row : rows)
    if (!row.started.empty() && (first.empty() || row.started < first)) first = row.started;
  return first;
}

std::string tile(const std::string& value, const std::string& what, const char* kind = "") {
  return json_object({{"value", json_text(value)}, {"what", json_text(what)}, {"kind", json_text(kind)}});
}

std::vector<std::string> tiles(const RunReport& report, const std::vector<CaseRow>& rows, const RunFacts& facts) {
  const std::size_t done = count_of(rows, CaseStatus::done), failed = count_of(rows, CaseStatus::failed);
  std::vector<std::string> all{tile(fmt::format("{} / {}", done, facts.cases), "cases done", done == facts.cases ? "good" : ""),
                               tile(std::to_string(failed), "failed", failed ? "bad" : "")};
  const std::size_t other = facts.cases - std::min(facts.cases, done + failed);
  if (other) all.push_back(tile(std::to_string(other), facts.running ? "running or to come" : "cancelled or not started"));
  if (facts.seconds > 0) all.push_back(tile(duration_text(facts.seconds), facts.running ? "so far" : "this run took"));
  double sum = 0;
  std::int64_t peak = 0;
  for (const CaseRow& row : rows) {
    sum += row.status == CaseStatus::done ? row.seconds : 0;
    peak = std::max(peak, row.peak_payload_bytes);
  }
  if (done) all.push_back(tile(duration_text(sum / static_cast<double>(done)), "mean of a case done"));
  const std::string threads = fmt::format("busy, {}", count_text(static_cast<std::size_t>(facts.threads), "thread"));
  all.push_back(tile(duration_text(report.busy_s), facts.threads ? threads : "busy"));
  if (facts.peak_resident_bytes > 0) all.push_back(tile(bytes_text(facts.peak_resident_bytes), "peak memory of the process"));
  all.push_back(tile(bytes_text(peak), "most data of a case"));
  return all;
}

/// `row`: of the case in the table, from 1; 0: of the run.
std::string failure(const std::string& who, std::size_t row, const CaseError& error, const std::string& replay) {
  return json_object({{"who", json_text(who)},
                      {"row", std::to_string(row)},
                      {"node", json_text(error.node)},
                      {"type", json_text(error.type)},
                      {"plugin", json_text(error.plugin)},
                      {"reason", json_lines(error.message)},
                      {"replay", json_text(replay)}});
}

std::vector<std::string> failures(const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::vector<std::string> all;
  for (const CaseError& error : facts.errors) all.push_back(failure("the run", 0, error, ""));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].status == CaseStatus::failed) all.push_back(failure(rows[i].name, i + 1, rows[i].error, rows[i].replay));
  return all;
}

std::vector<std::string> warnings(const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::vector<std::string> all = facts.warnings;
  for (const CaseRow& row : rows)
    for (const std::string& warning : row.warnings) all.push_back("case " + row.name + ": " + warning);
  return all;
}

/// Nodes that did not run in some cases.
std::string left_out(const std::vector<CaseRow>& rows) {
  std::map<std::string, std::size_t> groups;
  for (const CaseRow& row : rows)
    if (!row.left_out.empty()) ++groups[row.left_out];
  return json_list(groups, [](const auto& group) {
    return json_object({{"cases", std::to_string(group.second)}, {"text", json_text(group.first)}});
  });
}

double median_of(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Nodes take from microseconds to hours.
std::string busy_text(double seconds) {
  return seconds < 0.1 ? fmt::format("{:.2g} ms", 1000 * seconds) : duration_text(seconds);
}

std::string node(const NodeSummary& summary) {
  const NodeRecord& of = summary.node;
  const bool several = summary.case_seconds.size() > 1;
  const auto pair = [](const auto& param) { return "[" + json_text(param.first) + "," + json_text(param.second) + "]"; };
  return json_object({{"id", json_text(of.id)},
                      {"type", json_text(of.type)},
                      {"plugin", json_text(of.plugin)},
                      {"version", json_text(of.plugin_version)},
                      {"firings", std::to_string(of.firings)},
                      {"busy", json_number(of.busy_s)},
                      {"busyText", json_text(busy_text(of.busy_s))},
                      {"median", json_text(busy_text(median_of(summary.case_seconds)))},
                      {"slowest", json_text(several ? busy_text(summary.slowest_seconds) : "")},
                      {"slowestCase", json_text(summary.slowest_case)},
                      {"sources", json_list(sources_of(of), json_text)},
                      {"params", json_list(of.params, pair)},
                      {"inputs", json_list(of.inputs, json_text)}});
}

std::string model(const ModelFile& one) {
  return json_object({{"node", json_text(one.node)},
                      {"parameter", json_text(one.parameter)},
                      {"path", json_text(one.file.path)},
                      {"size", json_text(bytes_text(std::max<std::int64_t>(0, one.file.size)))},
                      {"sha256", json_text(one.file.sha256)}});
}

std::string slowest(const RunReport& report) {
  if (report.slowest_path.empty()) return "null";
  return json_object({{"name", json_text(report.slowest_case)},
                      {"time", json_text(duration_text(report.slowest_seconds))},
                      {"path", json_text(path_text(report.slowest_path))}});
}

std::string run_figure(const CaseRow::Figure& figure) {
  return json_object({{"name", json_text(figure.column.name)}, {"text", json_text(figure_text(figure.value))}});
}

std::string yes_no(bool value) { return value ? "true" : "false"; }

std::string whole_run(const RunReport& report, const std::vector<CaseRow>& rows, const RunFacts& facts) {
  const auto as_it_is = [](const std::string& json) { return json; };
  double longest = 0;
  for (const CaseRow& row : rows) longest = std::max(longest, row.seconds);
  return json_object(
      {{"title", json_text(report.graph.empty() ? "flowrun" : report.graph)},
       {"state", json_text(state_text(rows, facts))},
       {"graphFile", json_text(report.graph_file)},
       {"graphHash", json_text(report.graph_hash)},
       {"started", json_text(first_start(rows))},
       {"written", json_text(fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr))))},
       {"version", json_text(FLOWRUN_VERSION)},
       {"cases", std::to_string(facts.cases)},
       {"running", yes_no(facts.running)},
       {"interrupted", yes_no(facts.interrupted)},
       {"severalGraphs", yes_no(report.of_another_graph > 0)},
       {"tiles", json_list(tiles(report, rows, facts), as_it_is)},
       {"failures", json_list(failures(rows, facts), as_it_is)},
       {"warnings", json_list(warnings(rows, facts), json_text)},
       {"leftOut", left_out(rows)},
       {"figures", json_list(facts.figures, run_figure)},
       {"busy", json_number(report.busy_s)},
       {"longestText", json_text(duration_text(longest))},
       {"slowest", slowest(report)},
       {"nodes", json_list(report.nodes, node)},
       {"models", json_list(report.models, model)},
       {"graphColumns", json_list(graph_columns(rows), json_text)},
       {"figureColumns", json_list(figure_columns(rows), [](const FigureColumn& column) { return json_text(column.name); })}});
}

}  // namespace

void write_run_data(std::ostream& page, const std::filesystem::path& folder, const RunReport& report,
                    const std::vector<CaseRow>& rows, const RunFacts& facts, ThumbnailStore* thumbnails) {
  std::string whole = whole_run(report, rows, facts);
  whole.pop_back();
  page << whole << ",\"rows\":[\n";
  CaseData cases(rows, folder, thumbnails);
  for (std::size_t i = 0; i < rows.size(); ++i) page << (i ? ",\n" : "") << cases.json(rows[i]);
  page << "]}";
}

}  // namespace flowrun
