#include "report/run_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/case_row.h"
#include "flowrun/host/critical_path.h"
#include "report/run_plan.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

constexpr std::size_t kMaxRows = 40;  ///< of a list with a row for each case; the record has them all

std::size_t count_of(const RunResult& result, CaseStatus status) {
  return static_cast<std::size_t>(
      std::count_if(result.cases.begin(), result.cases.end(), [&](const CaseResult& one) { return one.status == status; }));
}

void print_head(const ValidatedGraph& graph, const RunResult& result) {
  std::string text = fmt::format("{} of {} done", count_of(result, CaseStatus::done), count_text(result.cases.size(), "case"));
  const auto earlier = static_cast<std::size_t>(
      std::count_if(result.cases.begin(), result.cases.end(), [](const CaseResult& one) { return one.earlier; }));
  if (earlier > 0) text += fmt::format(" ({} of them earlier)", earlier);
  const std::pair<CaseStatus, const char*> others[] = {
      {CaseStatus::failed, "failed"}, {CaseStatus::cancelled, "cancelled"}, {CaseStatus::not_started, "not started"}};
  for (const auto& [status, word] : others)
    if (const std::size_t count = count_of(result, status)) text += fmt::format(", {} {}", count, word);
  if (result.run_cut_off) text += ", what is made once for the run was cut off";
  fmt::print("{}: {} in {}, {}\n", printable(graph.name), text, duration_text(result.seconds),
             count_text(static_cast<std::size_t>(result.threads), "thread"));
}

void print_nodes(const RunResult& result) {
  double busy = 0;
  for (const NodeResult& node : result.nodes) busy += node.busy_s;
  const double least = result.nodes.size() > kMaxRows ? busy / 1000 : 0;
  std::size_t quick = 0;
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right, Align::right});
  table.add({"node", "type", "firings", "busy", "waiting", "share"});
  for (const NodeResult& node : result.nodes) {
    if (node.firings == 0) continue;
    if (node.busy_s < least) {
      ++quick;
      continue;
    }
    table.add({node.id, node.type, std::to_string(node.firings), duration_text(node.busy_s), duration_text(node.waiting_s),
               busy > 0 ? fmt::format("{:.1f} %", 100 * node.busy_s / busy) : "-"});
  }
  fmt::print("\nNODES\n{}", table.text());
  if (quick > 0) fmt::print("  and {} with less than 0.1 % each\n", count_text(quick, "node"));
}

/// Which rows of a long list have room: those of the graph's own nodes before those of nodes in stages, in their order.
std::vector<bool> shown_rows(const std::vector<std::size_t>& depths) {
  std::vector<bool> shown(depths.size(), false);
  std::size_t room = kMaxRows;
  const std::size_t deepest = depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end());
  for (std::size_t depth = 0; depth <= deepest; ++depth)
    for (std::size_t i = 0; i < depths.size() && room > 0; ++i)
      if (depths[i] == depth) shown[i] = true, --room;
  return shown;
}

void print_figures(const RunResult& result) {
  std::vector<std::pair<std::string, const Report*>> all;
  for (const Report& report : result.run_reports) all.emplace_back("(run)", &report);  // such as those of a training
  for (const CaseResult& one : result.cases)
    for (const Report& report : one.reports) all.emplace_back(one.name, &report);
  if (all.empty()) return;
  const auto depth = [](const Report& report) {
    return static_cast<std::size_t>(std::count(report.node.begin(), report.node.end(), '/'));
  };
  std::vector<std::size_t> depths;
  for (const auto& [where, report] : all) depths.push_back(depth(*report));
  const std::vector<bool> shown = shown_rows(depths);
  TextTable table({Align::left, Align::left, Align::left, Align::right});
  for (std::size_t i = 0; i < all.size(); ++i)
    if (shown[i]) table.add({all[i].first, all[i].second->node, all[i].second->name, figure_text(all[i].second->value)});
  fmt::print("\nFIGURES (case, node)\n{}", table.text());
  if (all.size() > kMaxRows) fmt::print("  and {} more in the run record\n", all.size() - kMaxRows);
}

/// What results of earlier runs saved.
std::string kept_text(const ValidatedGraph& graph, const RunResult& result) {
  std::size_t nodes = 0, cases = 0;
  double seconds = 0;
  for (const CaseResult& one : result.cases) {
    nodes += one.kept.size();
    cases += !one.kept.empty();
    seconds += one.saved_s;
  }
  if (cases == 0) return "";
  return fmt::format("kept results: {} of {} did not run{}, {} of work saved\n", nodes,
                     count_text(graph.nodes.size() * (cases > 1 ? cases : 1), "node"),
                     cases > 1 ? fmt::format(" in {} cases", cases) : "", duration_text(seconds));
}

void print_costs(const ValidatedGraph& graph, const RunResult& result) {
  std::string text = "\n";
  const auto slowest = std::max_element(result.cases.begin(), result.cases.end(),
                                        [](const CaseResult& a, const CaseResult& b) { return a.seconds < b.seconds; });
  if (result.cases.size() > 1)
    text += fmt::format("slowest case: {}, {}\n", printable(slowest->name), duration_text(slowest->seconds));
  if (slowest != result.cases.end())
    if (const std::string path = path_text(critical_path(spans_of(graph, *slowest))); !path.empty())
      text += fmt::format("what bound it: {}\n", printable(path));
  text += kept_text(graph, result);
  text += "peak memory: " + bytes_text(result.peak_payload_bytes) + " of payloads";
  if (result.peak_resident_bytes > 0) text += ", " + bytes_text(result.peak_resident_bytes) + " of the process";
  fmt::print("{}\n", text);
}

void print_outputs(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out,
                   const RunResult& result, const std::string& record, const CaseRecord& of_run) {
  std::vector<std::string> files;
  for (const OutputFile& output : of_run.outputs) files.push_back((out / output.file.path).string());
  const auto add = [&files](const std::vector<NodeFile>& found) {
    for (const NodeFile& file : found)
      if (file.role == PathRole::output && std::filesystem::exists(file.path)) files.push_back(file.path);
  };
  for (std::size_t i = 0; i < cases.size() && i < result.cases.size(); ++i) {
    if (result.cases[i].status == CaseStatus::done) add(files_of_case(graph, cases[i], out));
  }
  fmt::print("\nOUTPUTS\n");
  for (std::size_t i = 0; i < std::min(files.size(), kMaxRows); ++i) fmt::print("  {}\n", printable(files[i]));
  if (files.size() > kMaxRows) fmt::print("  and {} more\n", files.size() - kMaxRows);
  fmt::print("  {} (the run's record)\n", printable((out / record).string()));
}

/// Which nodes did not run, by case: those that lack an optional input, whose conditions do not hold, and what needs them.
void print_left_out(const ValidatedGraph& graph, const RunResult& result) {
  std::vector<std::string> all;
  for (const ValidatedNode& node : graph.nodes) all.push_back(node.id);
  std::map<std::string, std::size_t> groups;  // texts: cases
  for (const CaseResult& one : result.cases) {
    std::vector<std::pair<std::string, std::string>> nodes;
    for (const LeftOutNode& left_out : one.left_out) nodes.emplace_back(graph.nodes[left_out.node].id, left_out.reason);
    if (!nodes.empty()) ++groups[left_out_text(nodes, all)];
  }
  if (!groups.empty()) fmt::print("\nLEFT OUT\n");
  for (const auto& [text, cases] : groups)
    fmt::print("  {} of {}: {}\n", cases, count_text(result.cases.size(), "case"), printable(text));
}

/// The sentence of an error without the traceback of Python below it, which is for the author of the node.
std::string sentence_of(const std::string& message) {
  const std::size_t traceback = message.find("\nTraceback (most recent call last):");
  return traceback == std::string::npos ? message : message.substr(0, traceback) + "; the traceback is in the case's record";
}

std::string error_text(const CaseError& error) {
  const std::string sentence = sentence_of(error.message);
  if (error.node.empty()) return sentence;
  return fmt::format("node '{}' ({}, plugin {}): {}", error.node, error.type, error.plugin, sentence);
}

}  // namespace

void print_summary(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out,
                   const RunResult& result, const std::string& record, const CaseRecord& of_run) {
  print_head(graph, result);
  print_nodes(result);
  print_figures(result);
  print_costs(graph, result);
  print_left_out(graph, result);
  print_outputs(graph, cases, out, result, record, of_run);
  std::fflush(stdout);  // before the failures, which go to the standard error
}

void print_brief(const ValidatedGraph& graph, const RunResult& result) {
  print_head(graph, result);
  fmt::print("{}", kept_text(graph, result));
  std::fflush(stdout);
}

void print_failures(const RunResult& result, const std::string& where) {
  const auto say = [begin = printable(where)](const char* kind, const std::string& of, const std::string& text) {
    fmt::print(stderr, "flowrun: {}: {}{}{}\n", kind, begin, printable(of), printable(text));
  };
  const auto of_case = [](const CaseResult& one) { return "case '" + one.name + "': "; };
  for (const std::string& warning : result.warnings) say("warning", "", warning);
  for (const CaseResult& one : result.cases)
    for (const std::string& warning : one.warnings) say("warning", of_case(one), warning);
  for (const CaseError& error : result.run_errors) say("error", "the run: ", error_text(error));
  for (const CaseResult& one : result.cases)
    for (const CaseError& error : one.errors) say("error", of_case(one), error_text(error));
}

}  // namespace flowrun
