// What a look at a run says in words; progress_display.cpp puts it on the screen.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "flowrun/host/text.h"
#include "terminal/progress_display.h"
#include "terminal/time_left.h"

namespace flowrun {
namespace {

constexpr std::size_t kWidestBar = 24, kNarrowestBar = 6;
constexpr double kShownSeconds = 1;  ///< a firing that has run for less would only flicker
constexpr std::int64_t kCasesForRate = 3;
constexpr std::size_t kMostSteps = 2;  ///< named beside a case

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

std::string percent_text(double share) { return fmt::format("{} %", static_cast<int>(100 * share)); }

/// One line below the head: whose, what, and how far.
struct Row {
  std::string case_name;
  std::string what;
  double share = -1;  ///< negative: no bar
  std::string text;
};

std::string steps_text(const std::vector<Progress::Step>& steps) {
  std::string text;
  for (std::size_t i = 0; i < std::min(steps.size(), kMostSteps); ++i) {
    text += (i ? ", " : "") + steps[i].node;
    if (steps[i].chunk >= 0) text += fmt::format(" #{}", steps[i].chunk + 1);
  }
  if (steps.size() > kMostSteps) text += fmt::format(" and {} more", steps.size() - kMostSteps);
  return text;
}

Row row_of(const Progress::Stream& stream, const std::string& now) {
  Row row{stream.case_name, stream.node, -1, count_text(static_cast<std::size_t>(stream.done), "chunk")};
  if (stream.expected >= 0) {
    row.share = stream.expected == 0 ? 1 : static_cast<double>(stream.done) / static_cast<double>(stream.expected);
    row.text = fmt::format("{}/{} chunks", stream.done, stream.expected);
  }
  if (!now.empty()) row.text += "   " + now;
  return row;
}

Row row_of(const Progress::Firing& firing) {
  return {firing.case_name.empty() ? "(run)" : firing.case_name, firing.node, firing.fraction, percent_text(firing.fraction)};
}

/// The rows of one case: its streams and its long firings, or else what threads do for it now.
void add_rows(const Progress& progress, const Progress::RunningCase& running, std::vector<Row>& rows) {
  const std::size_t before = rows.size();
  const std::string now = steps_text(running.steps);
  for (const Progress::Stream& stream : progress.streams)
    if (stream.case_name == running.name) rows.push_back(row_of(stream, rows.size() == before ? now : ""));
  for (const Progress::Firing& firing : progress.firings)
    if (firing.case_name == running.name && firing.seconds >= kShownSeconds) rows.push_back(row_of(firing));
  if (rows.size() == before)
    rows.push_back({running.name, now.empty() ? "waits for a thread" : now, -1, clock_text(running.seconds)});
}

std::vector<Row> rows_of(const Progress& progress) {
  std::vector<Row> rows;
  for (const Progress::RunningCase& running : progress.running) add_rows(progress, running, rows);
  for (const Progress::Firing& firing : progress.firings)
    if (firing.case_name.empty() && firing.seconds >= kShownSeconds) rows.push_back(row_of(firing));
  return rows;
}

std::string bar(double share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(static_cast<double>(width) * std::clamp(share, 0.0, 1.0));
  return '[' + std::string(filled, '#') + std::string(width - filled, '.') + ']';
}

/// The widths of a row's columns on a terminal that wide.
struct Columns {
  std::size_t case_name = 0, what = 0, bar = kWidestBar;
};

Columns columns_for(const std::vector<Row>& rows, std::size_t width) {
  Columns columns;
  std::size_t text = 0;
  bool bars = false;
  for (const Row& row : rows) {
    columns.case_name = std::max(columns.case_name, width_of(row.case_name));
    columns.what = std::max(columns.what, width_of(row.what));
    bars |= row.share >= 0;
    text = std::max(text, std::min<std::size_t>(width_of(row.text), 16));
  }
  columns.bar = !bars ? 0 : std::clamp(width / 4, kNarrowestBar, kWidestBar);
  const std::size_t taken = 2 + 2 + 2 + (columns.bar ? columns.bar + 3 : 0) + text;
  const std::size_t names = std::max<std::size_t>(width > taken ? width - taken : 0, 12);
  if (columns.case_name + columns.what > names) {
    columns.case_name = std::min(columns.case_name, std::max(names / 2, names - std::min(names, columns.what)));
    columns.what = std::min(columns.what, names - columns.case_name);
  }
  return columns;
}

std::string padded(const std::string& text, std::size_t width) {
  const std::string cell = shortened_inside(text, width);
  return cell + std::string(width - std::min(width, width_of(cell)), ' ');
}

std::string line_of(const Row& row, const Columns& columns) {
  std::string line = "  " + padded(row.case_name, columns.case_name) + "  " + padded(row.what, columns.what) + "  ";
  if (row.share >= 0) line += bar(row.share, columns.bar) + ' ';
  return line + row.text;
}

std::string rate_text(const Progress& progress) {
  const std::int64_t ended = progress.cases_done + progress.cases_failed;
  if (ended < kCasesForRate || progress.seconds < 1) return "";
  const double minute = 60 * static_cast<double>(ended) / progress.seconds;
  return minute >= 1 ? fmt::format(", {:.3g} cases/min", minute) : fmt::format(", {:.3g} cases/h", 60 * minute);
}

/// As much of the head as there is room for: what is least missed goes first.
std::string head_line(const Progress& progress, std::int64_t done_before, std::size_t width) {
  const std::int64_t total = progress.cases_total + done_before;
  std::string failed = progress.cases_failed ? fmt::format(", {} failed", progress.cases_failed) : "";
  const std::string before = done_before ? fmt::format(" ({} before)", done_before) : "";
  const std::string counts = fmt::format("{} of {} {} done{}{}, {} running", progress.cases_done + done_before, total,
                                         total == 1 ? "case" : "cases", before, failed, progress.cases_running);
  const double seconds = seconds_left(progress);
  const std::string left = seconds < 0 ? "" : fmt::format(", about {} left", clock_text(seconds));
  const std::string elapsed = clock_text(progress.seconds);
  const std::string brief = fmt::format("{}/{} done{}  {}", progress.cases_done + done_before, total, failed, elapsed);
  for (const std::string& line :
       {counts + "   " + elapsed + " elapsed" + rate_text(progress) + left, counts + "   " + elapsed + " elapsed" + left,
        counts + "  " + elapsed + left, brief + (seconds < 0 ? "" : fmt::format(", {} left", clock_text(seconds)))})
    if (width_of(line) <= width) return line;
  return shortened(brief, width);
}

}  // namespace

std::string progress_line(const Progress& progress, std::size_t width, std::int64_t done_before) {
  std::string line = head_line(progress, done_before, std::max<std::size_t>(width, 20));
  const char* between = "   ";
  for (const Progress::Firing& firing : progress.firings) {
    if (firing.seconds < kShownSeconds) continue;
    line += std::exchange(between, ", ") + printable(firing.node) + ' ' + percent_text(firing.fraction);
  }
  return shortened(line, width);
}

std::vector<std::string> progress_lines(const Progress& progress, std::size_t width, std::size_t height,
                                        std::int64_t done_before) {
  std::vector<std::string> lines{head_line(progress, done_before, width)};
  std::vector<Row> rows = rows_of(progress);
  const std::size_t room = std::max<std::size_t>(1, std::min(kMostProgressRows, height > 3 ? height - 3 : 0));
  const std::size_t hidden = rows.size() > room ? rows.size() - room : 0;
  rows.resize(rows.size() - hidden);
  for (Row& row : rows)
    for (std::string* text : {&row.case_name, &row.what, &row.text}) *text = printable(*text);
  const Columns columns = columns_for(rows, width);
  for (const Row& row : rows) lines.push_back(line_of(row, columns));
  if (hidden) lines.push_back(fmt::format("  and {} more", hidden));
  for (std::string& line : lines) line = shortened(line, width);
  return lines;
}

}  // namespace flowrun
