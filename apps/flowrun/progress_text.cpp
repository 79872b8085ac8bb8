// What a look at a run says in words; progress_display.cpp puts it on the screen.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "progress_display.h"
#include "text_layout.h"

namespace flowrun {
namespace {

constexpr std::size_t kMaxStreams = 8;
constexpr int kBarWidth = 24;

/// Share of one case's work, from its streams: the mean over those whose length is known.
std::map<std::string, double> shares_of_running_cases(const Progress& progress) {
  std::map<std::string, std::pair<double, int>> sums;
  for (const Progress::Stream& stream : progress.streams) {
    if (stream.expected <= 0) continue;
    auto& [sum, count] = sums[stream.case_name];
    sum += std::min(1.0, static_cast<double>(stream.done) / static_cast<double>(stream.expected));
    ++count;
  }
  std::map<std::string, double> shares;
  for (const auto& [name, sum] : sums) shares[name] = sum.first / sum.second;
  return shares;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

std::string bar_text(const Progress::Stream& stream) {
  if (stream.expected < 0) return fmt::format("{} {}", stream.done, stream.done == 1 ? "chunk" : "chunks");
  const auto filled =
      stream.expected == 0 ? kBarWidth : static_cast<int>(kBarWidth * std::min(stream.done, stream.expected) / stream.expected);
  return fmt::format("[{:#<{}}{:.<{}}] {}/{} chunks", "", filled, "", kBarWidth - filled, stream.done, stream.expected);
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
  double done = static_cast<double>(progress.cases_done + progress.cases_failed);
  for (const auto& [name, share] : shares_of_running_cases(progress)) done += share;
  const auto total = static_cast<double>(progress.cases_total);
  constexpr double kTooLittleToTell = 0.02;
  if (total <= 0 || done >= total || done < kTooLittleToTell * total || progress.seconds < 1) return -1;
  return progress.seconds * (total - done) / done;
}

std::vector<std::string> progress_lines(const Progress& progress, std::size_t width) {
  std::vector<std::string> lines{head_line(progress)};
  std::size_t name_width = 0;
  for (const Progress::Stream& stream : progress.streams)
    name_width = std::max(name_width, width_of(printable(stream.case_name + "  " + stream.node)));
  for (const Progress::Stream& stream : progress.streams) {
    if (lines.size() > kMaxStreams) {
      lines.push_back(fmt::format("  and {} more streams", progress.streams.size() - kMaxStreams));
      break;
    }
    lines.push_back(fmt::format("  {:<{}}  {}", printable(stream.case_name + "  " + stream.node), name_width, bar_text(stream)));
  }
  for (std::string& line : lines) line = shortened(line, width);
  return lines;
}

}  // namespace flowrun
