// What a look at a run says in words; progress_display.cpp puts it on the screen.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "progress_display.h"
#include "text_layout.h"

namespace flowrun {
namespace {

constexpr std::size_t kMaxRows = 8;  ///< of streams and firings
constexpr int kBarWidth = 24;
constexpr double kShownSeconds = 1;    ///< a firing that has run for less would only flicker
constexpr double kWeighedSeconds = 5;  ///< one that has run for less says little about the time left: other nodes take longer
constexpr double kTooLittleToTell = 0.02;

/// Share of each running case's work: the mean over its streams of known length and its long firings.
std::map<std::string, double> shares_of_running_cases(const Progress& progress) {
  std::map<std::string, std::pair<double, int>> sums;
  const auto add = [&](const std::string& name, double share) {
    auto& [sum, count] = sums[name];
    sum += std::min(1.0, share);
    ++count;
  };
  for (const Progress::Stream& stream : progress.streams)
    if (stream.expected > 0) add(stream.case_name, static_cast<double>(stream.done) / static_cast<double>(stream.expected));
  for (const Progress::Firing& firing : progress.firings)
    if (!firing.case_name.empty() && firing.seconds >= kWeighedSeconds) add(firing.case_name, firing.fraction);
  std::map<std::string, double> shares;
  for (const auto& [name, sum] : sums) shares[name] = sum.first / sum.second;
  return shares;
}

/// By the cases that have ended and the shares of those that run.
double seconds_left_of_cases(const Progress& progress) {
  double done = static_cast<double>(progress.cases_done + progress.cases_failed);
  for (const auto& [name, share] : shares_of_running_cases(progress)) done += share;
  const auto total = static_cast<double>(progress.cases_total);
  if (total <= 0 || done >= total || done < kTooLittleToTell * total || progress.seconds < 1) return -1;
  return progress.seconds * (total - done) / done;
}

/// By what the long firings say of themselves.
double seconds_left_of_firings(const Progress& progress) {
  double left = -1;
  for (const Progress::Firing& firing : progress.firings)
    if (firing.seconds >= kWeighedSeconds && firing.fraction >= kTooLittleToTell)
      left = std::max(left, firing.seconds * (1 - firing.fraction) / firing.fraction);
  return left;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

std::string bar(double share) {
  const auto filled = static_cast<int>(kBarWidth * std::min(1.0, share));
  return fmt::format("[{:#<{}}{:.<{}}]", "", filled, "", kBarWidth - filled);
}

std::string percent_text(double share) { return fmt::format("{} %", static_cast<int>(100 * share)); }

struct Row {
  std::string name;
  std::string text;
};

Row row_of(const Progress::Stream& stream) {
  const std::string name = printable(stream.case_name + "  " + stream.node);
  if (stream.expected < 0) return {name, count_text(static_cast<std::size_t>(stream.done), "chunk")};
  const double share = stream.expected == 0 ? 1 : static_cast<double>(stream.done) / static_cast<double>(stream.expected);
  return {name, fmt::format("{} {}/{} chunks", bar(share), stream.done, stream.expected)};
}

Row row_of(const Progress::Firing& firing) {
  const std::string where = firing.case_name.empty() ? "(run)" : firing.case_name;
  return {printable(where + "  " + firing.node), bar(firing.fraction) + ' ' + percent_text(firing.fraction)};
}

std::vector<Row> rows_of(const Progress& progress) {
  std::vector<Row> rows;
  for (const Progress::Stream& stream : progress.streams) rows.push_back(row_of(stream));
  for (const Progress::Firing& firing : progress.firings)
    if (firing.seconds >= kShownSeconds) rows.push_back(row_of(firing));
  return rows;
}

std::string head_line(const Progress& progress) {
  std::string line =
      fmt::format("{} of {} {} done", progress.cases_done, progress.cases_total, progress.cases_total == 1 ? "case" : "cases");
  if (progress.cases_failed) line += fmt::format(", {} failed", progress.cases_failed);
  line += fmt::format(", {} running   {} elapsed", progress.cases_running, clock_text(progress.seconds));
  const double left = seconds_left(progress);
  return left < 0 ? line : line + fmt::format(", about {} left", clock_text(left));
}

}  // namespace

double seconds_left(const Progress& progress) {
  const double of_cases = seconds_left_of_cases(progress), of_firings = seconds_left_of_firings(progress);
  const bool cases_wait = progress.cases_done + progress.cases_failed + progress.cases_running < progress.cases_total;
  return of_cases < 0 && cases_wait ? -1 : std::max(of_cases, of_firings);
}

std::string progress_line(const Progress& progress, std::size_t width) {
  std::string line = head_line(progress);
  const char* between = "   ";
  for (const Progress::Firing& firing : progress.firings) {
    if (firing.seconds < kShownSeconds) continue;
    line += std::exchange(between, ", ") + printable(firing.node) + ' ' + percent_text(firing.fraction);
  }
  return shortened(line, width);
}

std::vector<std::string> progress_lines(const Progress& progress, std::size_t width) {
  std::vector<std::string> lines{head_line(progress)};
  std::vector<Row> rows = rows_of(progress);
  const std::size_t shown = std::min(rows.size(), kMaxRows);
  std::size_t name_width = 0;
  for (std::size_t i = 0; i < shown; ++i) name_width = std::max(name_width, width_of(rows[i].name));
  for (std::size_t i = 0; i < shown; ++i)
    lines.push_back("  " + rows[i].name + std::string(name_width - width_of(rows[i].name) + 2, ' ') + rows[i].text);
  if (shown < rows.size()) lines.push_back(fmt::format("  and {} more", rows.size() - shown));
  for (std::string& line : lines) line = shortened(line, width);
  return lines;
}

}  // namespace flowrun
