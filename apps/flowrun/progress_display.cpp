#include "progress_display.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "text_layout.h"

namespace flowrun {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr double kQuietSeconds = 60;  ///< after this long without a line, one says that the run is alive

std::size_t terminal_width() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20;
  return known ? size.ws_col - 1 : kPageWidth - 1;
}

}  // namespace

ProgressDisplay::ProgressDisplay(const Run& run, ProgressStyle style) : run_(run), style_(style) {
  if (style != ProgressStyle::none) thread_ = std::jthread([this](std::stop_token ended) { loop(ended); });
}

ProgressDisplay::~ProgressDisplay() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (style_ == ProgressStyle::live) clear_block();
  else add_line();
}

ProgressStyle ProgressDisplay::fitting_style() {
  const char* terminal = std::getenv("TERM");
  const bool draws = terminal && std::string_view(terminal) != "dumb";
  return isatty(STDERR_FILENO) && draws ? ProgressStyle::live : ProgressStyle::lines;
}

void ProgressDisplay::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  clear_block();
  fmt::print(stderr, "flowrun: {}\n", line);
}

void ProgressDisplay::loop(std::stop_token ended) {
  std::unique_lock lock(mutex_);
  while (!ended.stop_requested()) {
    if (style_ == ProgressStyle::live) draw_block();
    else add_line();
    wake_.wait_for(lock, ended, kRedraw, [] { return false; });
  }
}

void ProgressDisplay::draw_block() {
  const Progress progress = run_.progress();
  if (progress.cases_total == 0) return;  // the run has not begun
  const auto lines = progress_lines(progress, terminal_width());
  std::string text;
  if (block_lines_) text += fmt::format("\x1b[{}A", block_lines_);
  for (const std::string& line : lines) text += "\r\x1b[2K" + line + "\n";
  text += "\x1b[J";  // what is left of a longer block
  std::fputs(text.c_str(), stderr);
  block_lines_ = lines.size();
}

void ProgressDisplay::clear_block() {
  if (block_lines_) fmt::print(stderr, "\x1b[{}A\r\x1b[J", block_lines_);
  block_lines_ = 0;
}

void ProgressDisplay::add_line() {
  const Progress progress = run_.progress();
  const std::int64_t ended = progress.cases_done + progress.cases_failed;
  if (progress.cases_total == 0) return;
  if (ended == ended_said_ && progress.seconds - last_said_s_ < kQuietSeconds) return;
  ended_said_ = ended;
  last_said_s_ = progress.seconds;
  fmt::print(stderr, "flowrun: {}\n", progress_line(progress, kPageWidth));
}

}  // namespace flowrun
