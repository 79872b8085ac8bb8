#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "flowrun/host/runtime.h"

namespace flowrun {

enum class ProgressStyle { none, lines, live };

/// Tells on the standard error how a run is getting on, from a thread of its own. `live` redraws a block of lines on a terminal;
/// `lines` adds a line when a case has ended, and now and then in between.
class ProgressDisplay {
 public:
  ProgressDisplay(const Run& run, ProgressStyle style);
  ~ProgressDisplay();  ///< a live block is taken away
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// A line of its own, above a live block. From any thread.
  void say(const std::string& line);

  /// live on a terminal, lines elsewhere.
  static ProgressStyle fitting_style();

 private:
  void loop(std::stop_token ended);
  void draw_block();
  void add_line();
  void clear_block();

  const Run& run_;
  ProgressStyle style_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::size_t block_lines_ = 0;  ///< on the screen now
  std::int64_t ended_said_ = 0;
  double last_said_s_ = 0;
  std::jthread thread_;
};

/// Seconds left, from the share of the work that is done: of all cases, and of the long firings that tell of their progress.
/// Negative: not known yet, or nothing is left.
double seconds_left(const Progress& progress);

/// How the run is getting on in one line, `width` characters at most.
std::string progress_line(const Progress& progress, std::size_t width);

/// The lines of a live block, `width` characters at most.
std::vector<std::string> progress_lines(const Progress& progress, std::size_t width);

}  // namespace flowrun
