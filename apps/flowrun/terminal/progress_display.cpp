#include "terminal/progress_display.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "terminal/text_layout.h"

namespace flowrun {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr double kLineSeconds = 2;    ///< between two lines, however many cases end
constexpr double kQuietSeconds = 60;  ///< after this long without a line, one says that the run is alive

struct TerminalSize {
  std::size_t columns = kPageWidth, lines = 24;
};

TerminalSize terminal_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

/// Lines of the screen that a block takes: a terminal that was made narrower has wrapped what was there.
std::size_t screen_lines(const std::vector<std::string>& block, std::size_t columns) {
  std::size_t lines = 0;
  for (const std::string& line : block) lines += std::max<std::size_t>(1, (width_of(line) + columns - 1) / columns);
  return lines;
}

std::string up(std::size_t lines) { return lines ? fmt::format("\x1b[{}A\r", lines) : "\r"; }

}  // namespace

ProgressDisplay::ProgressDisplay(const Run& run, ProgressStyle style, std::int64_t done_before)
    : run_(run), style_(style), done_before_(done_before) {
  if (style != ProgressStyle::none) thread_ = std::jthread([this](std::stop_token ended) { loop(ended); });
}

ProgressDisplay::~ProgressDisplay() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (style_ == ProgressStyle::live) clear_block();
  else add_line(0);
}

ProgressStyle ProgressDisplay::fitting_style() {
  const char* terminal = std::getenv("TERM");
  const bool draws = terminal && std::string_view(terminal) != "dumb";
  return isatty(STDERR_FILENO) && draws ? ProgressStyle::live : ProgressStyle::lines;
}

void ProgressDisplay::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  clear_block();
  fmt::print(stderr, "flowrun: {}\n", printable(line));
}

void ProgressDisplay::loop(std::stop_token ended) {
  std::unique_lock lock(mutex_);
  while (!ended.stop_requested()) {
    if (style_ == ProgressStyle::live) draw_block();
    else add_line(kLineSeconds);
    wake_.wait_for(lock, ended, kRedraw, [] { return false; });
  }
}

/// Every line is written over the one before it and nothing is blanked first, so that nothing flickers.
void ProgressDisplay::draw_block() {
  const Progress progress = run_.progress();
  if (progress.cases_total == 0) return;  // the run has not begun
  const TerminalSize size = terminal_size();
  std::vector<std::string> block = progress_lines(progress, size.columns - 1, size.lines, done_before_);
  std::string text = up(screen_lines(block_, size.columns));
  for (const std::string& line : block) text += line + "\x1b[K\n";
  text += "\x1b[J";  // what is left of a longer block
  std::fputs(text.c_str(), stderr);
  block_ = std::move(block);
}

void ProgressDisplay::clear_block() {
  if (block_.empty()) return;
  std::fputs((up(screen_lines(block_, terminal_size().columns)) + "\x1b[J").c_str(), stderr);
  block_.clear();
}

void ProgressDisplay::add_line(double pause) {
  const Progress progress = run_.progress();
  const std::int64_t ended = progress.cases_done + progress.cases_failed;
  if (progress.cases_total == 0) return;
  if (progress.seconds - last_said_s_ < (ended == ended_said_ ? kQuietSeconds : pause)) return;
  ended_said_ = ended;
  last_said_s_ = progress.seconds;
  fmt::print(stderr, "flowrun: {}\n", progress_line(progress, kPageWidth, done_before_));
}

}  // namespace flowrun
