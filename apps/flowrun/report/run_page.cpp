#include "report/run_page.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <map>

#include "flowrun/host/text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/html.h"
#include "report/page_charts.h"
#include "report/page_style.h"
#include "report/page_table.h"

namespace flowrun {
namespace {

std::string time_text(std::time_t time) { return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(time)); }

std::size_t count_of(const std::vector<CaseRow>& rows, CaseStatus status) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const CaseRow& row) { return row.status == status; }));
}

std::string state_text(const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::string text = fmt::format("{} of {} done", count_of(rows, CaseStatus::done), count_text(facts.cases, "case"));
  if (const std::size_t failed = count_of(rows, CaseStatus::failed)) text += fmt::format(", {} failed", failed);
  return text;
}

std::string head_html(const RunReport& report, const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::string text(kPageBeginning);
  text +=
      "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  text += fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data: file: 'self'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n",
      kPageScriptHash);
  if (facts.running) text += "<meta http-equiv=\"refresh\" content=\"60\">\n";
  return text + fmt::format("<title>{}: {}</title>\n<style>{}</style>\n</head>\n<body>\n", html(report.graph),
                            state_text(rows, facts), kPageStyle);
}

std::string title_html(const RunReport& report, const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::string first;
  for (const CaseRow& row : rows)
    if (!row.started.empty() && (first.empty() || row.started < first)) first = row.started;
  std::string text =
      fmt::format("<header>\n<h1>{}</h1>\n<p class=\"soft\">", html(report.graph.empty() ? "flowrun" : report.graph));
  if (!report.graph_file.empty()) text += fmt::format("graph <code>{}</code>, ", html(report.graph_file));
  if (!first.empty()) text += fmt::format("first case begun {}, ", html(first));
  text += fmt::format("page written {} by flowrun {}</p>\n", time_text(std::time(nullptr)), FLOWRUN_VERSION);
  if (facts.running)
    text += fmt::format(
        "<p class=\"banner\">The run goes on: {} of {} have ended. This page is written anew about each minute.</p>\n",
        rows.size(), count_text(facts.cases, "case"));
  if (facts.interrupted) text += "<p class=\"banner\">The run was interrupted before all cases were done.</p>\n";
  if (report.of_another_graph > 0)
    text +=
        "<p class=\"banner\">The cases were not all made by the same graph, parameters and plugin versions; those below are of "
        "the first case.</p>\n";
  return text + "</header>\n";
}

std::string tile(const std::string& value, const std::string& what, const char* kind = "") {
  return fmt::format("<li class=\"{}\"><b>{}</b><span>{}</span></li>\n", kind, html(value), html(what));
}

std::string tiles_html(const RunReport& report, const std::vector<CaseRow>& rows, const RunFacts& facts) {
  const std::size_t done = count_of(rows, CaseStatus::done), failed = count_of(rows, CaseStatus::failed);
  std::string text =
      "<ul class=\"tiles\">\n" + tile(fmt::format("{} / {}", done, facts.cases), "cases done", done == facts.cases ? "good" : "");
  text += tile(std::to_string(failed), "failed", failed ? "bad" : "");
  const std::size_t other = facts.cases - std::min(facts.cases, done + failed);
  if (other) text += tile(std::to_string(other), facts.running ? "running or to come" : "cancelled or not started");
  if (facts.seconds > 0) text += tile(duration_text(facts.seconds), facts.running ? "so far" : "this run took");
  double longest = 0, sum = 0;
  std::int64_t peak = 0;
  for (const CaseRow& row : rows) {
    longest = std::max(longest, row.seconds);
    sum += row.status == CaseStatus::done ? row.seconds : 0;
    peak = std::max(peak, row.peak_payload_bytes);
  }
  if (done) text += tile(duration_text(sum / static_cast<double>(done)), "mean of a case done");
  text += tile(duration_text(report.busy_s),
               facts.threads ? fmt::format("busy, {}", count_text(static_cast<std::size_t>(facts.threads), "thread")) : "busy");
  if (facts.peak_resident_bytes > 0) text += tile(bytes_text(facts.peak_resident_bytes), "peak memory of the process");
  return text + tile(bytes_text(peak), "most data of a case") + "</ul>\n";
}

std::string failure_html(const std::string& who, const CaseError& error, const std::string& replay) {
  std::string where =
      error.node.empty() ? "" : fmt::format("node {} ({}, plugin {})", html(error.node), html(error.type), html(error.plugin));
  std::string text =
      fmt::format("<li>{} <span class=\"where\">{}</span><span class=\"reason\">{}</span>", who, where, html(error.message));
  if (!replay.empty())
    text += fmt::format("<span class=\"soft\">run that firing alone: <code>flowrun replay {}</code></span>", html(replay));
  return text + "</li>\n";
}

/// Failures before all else.
std::string failures_html(const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::string list;
  for (const CaseError& error : facts.errors) list += failure_html("<b>the run</b>", error, "");
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].status == CaseStatus::failed)
      list += failure_html(fmt::format("<a href=\"#case-{}\"><b>{}</b></a>", i + 1, html(rows[i].name)), rows[i].error,
                           rows[i].replay);
  return list.empty() ? "" : "<h2 id=\"failures\">Failures</h2>\n<ul class=\"failures\">\n" + list + "</ul>\n";
}

std::string warnings_html(const std::vector<CaseRow>& rows, const RunFacts& facts) {
  std::string list;
  std::size_t count = facts.warnings.size();
  for (const std::string& warning : facts.warnings) list += "<li>" + html(warning) + "</li>\n";
  for (const CaseRow& row : rows) {
    count += row.warnings.size();
    for (const std::string& warning : row.warnings) list += fmt::format("<li>case {}: {}</li>\n", html(row.name), html(warning));
  }
  if (count == 0) return "";
  return fmt::format("<h2>Warnings</h2>\n<details class=\"card\"><summary>{}</summary><ul>\n{}</ul></details>\n",
                     count_text(count, "warning"), list);
}

/// Nodes that did not run in some cases.
std::string left_out_html(const std::vector<CaseRow>& rows) {
  std::map<std::string, std::size_t> groups;
  for (const CaseRow& row : rows)
    if (!row.left_out.empty()) ++groups[row.left_out];
  std::string list;
  for (const auto& [text, cases] : groups) list += fmt::format("<li>{}: {}</li>\n", count_text(cases, "case"), html(text));
  return list.empty() ? "" : "<h2>Left out</h2>\n<div class=\"card\"><ul>\n" + list + "</ul></div>\n";
}

std::string run_figures_html(const RunFacts& facts) {
  if (facts.figures.empty()) return "";
  std::string text = "<h2>Figures of the run</h2>\n<div class=\"card\"><dl class=\"facts\">\n";
  for (const CaseRow::Figure& figure : facts.figures)
    text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html(figure.column.name), figure_text(figure.value));
  return text + "</dl></div>\n";
}

std::string times_html(const RunReport& report, const std::vector<CaseRow>& rows) {
  std::string text =
      "<h2 id=\"times\">Times</h2>\n<div class=\"card\"><h3>Busy time of each node, over all cases and threads</h3>\n" +
      node_times_svg(report);
  const std::string cases = case_times_svg(rows);
  if (!cases.empty())
    text += "<h3>Each case, from its first firing to its last, in the order of the table of cases</h3>\n" + cases;
  if (!report.slowest_path.empty())
    text += fmt::format("<h3>What bound the slowest case</h3>\n<p>{}, {}: <span class=\"mono\">{}</span></p>\n",
                        html(report.slowest_case), duration_text(report.slowest_seconds), html(path_text(report.slowest_path)));
  return text + "</div>\n";
}

std::string node_html(const NodeSummary& summary) {
  const NodeRecord& node = summary.node;
  std::string text =
      fmt::format("<details><summary><b>{}</b> <span class=\"soft\">{}, plugin {} {}</span></summary><dl class=\"facts mono\">\n",
                  html(node.id), html(node.type), html(node.plugin), html(node.plugin_version));
  for (const auto& [name, value] : node.params) text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html(name), html(value));
  for (const std::string& input : node.inputs) text += fmt::format("<dt>reads</dt><dd>{}</dd>\n", html(input));
  return text + "</dl></details>\n";
}

std::string plugins_text(const RunReport& report) {
  std::vector<std::string> plugins;
  for (const NodeSummary& summary : report.nodes) plugins.push_back(summary.node.plugin + " " + summary.node.plugin_version);
  std::sort(plugins.begin(), plugins.end());
  plugins.erase(std::unique(plugins.begin(), plugins.end()), plugins.end());
  std::string text;
  for (const std::string& plugin : plugins) text += (text.empty() ? "" : ", ") + plugin;
  return text;
}

std::string provenance_html(const RunReport& report) {
  std::string text = "<h2 id=\"made-of\">What it was made of</h2>\n<div class=\"card\"><dl class=\"facts\">\n";
  text += fmt::format(
      "<dt>graph</dt><dd>{} <code>{}</code></dd>\n<dt>SHA-256 of nodes, parameters and plugins</dt><dd><code>{}</code></dd>\n",
      html(report.graph), html(report.graph_file), html(report.graph_hash));
  text += fmt::format("<dt>plugins</dt><dd>{}</dd>\n", html(plugins_text(report)));
  for (const ModelFile& model : report.models)
    text +=
        fmt::format("<dt>{} of {}</dt><dd><code>{}</code>, {}<br><code>{}</code></dd>\n", html(model.parameter), html(model.node),
                    html(model.file.path), bytes_text(std::max<std::int64_t>(0, model.file.size)), html(model.file.sha256));
  text +=
      "</dl>\n<p class=\"soft\">Hashes of every case's inputs and outputs stand in its record, "
      "<code>flowrun/cases/CASE.json</code>.</p>\n"
      "<h3>Nodes and parameters</h3>\n";
  for (const NodeSummary& summary : report.nodes) text += node_html(summary);
  return text + "</div>\n";
}

}  // namespace

void write_run_page(const std::filesystem::path& file, const RunReport& report, const std::vector<CaseRow>& rows,
                    const RunFacts& facts) {
  AtomicFile whole(file, ".html");
  std::ofstream page(whole.temporary(), std::ios::binary);
  page << head_html(report, rows, facts) << title_html(report, rows, facts) << tiles_html(report, rows, facts)
       << failures_html(rows, facts);
  PageTable(rows, file.parent_path(), facts.running ? Pictures::linked : Pictures::embedded).write(page);
  page << warnings_html(rows, facts) << left_out_html(rows) << run_figures_html(facts);
  if (!report.nodes.empty())
    page << times_html(report, rows) << "<h2 id=\"graph\">Graph</h2>\n<div class=\"card\">" << graph_html(report) << "</div>\n"
         << provenance_html(report);
  page << "<script>" << kPageScript << "</script>\n</body>\n</html>\n";
  page.close();
  if (!page) throw Error(write_failure(file, errno));
  whole.commit();
}

CohortEvents::Page page_of_run() { return {kPageBeginning, write_run_page}; }

}  // namespace flowrun
