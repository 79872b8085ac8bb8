#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "flowrun/host/runtime.h"

namespace flowrun {

enum class ProgressStyle { none, lines, live };

/// Shows on the standard error how a run is getting on, from a thread of its own. `live` redraws a block of lines on a terminal;
/// `lines` adds a line when a case has ended, and now and then in between.
class ProgressDisplay {
 public:
  /// `done_before`: cases of an earlier run that need not run again; they are counted, and not in the time left.
  ProgressDisplay(const Run& run, ProgressStyle style, std::int64_t done_before = 0);
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
  void add_line(double pause);  ///< unless the last one is younger
  void clear_block();

  const Run& run_;
  ProgressStyle style_;
  std::int64_t done_before_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::string> block_;  ///< on the screen now
  std::int64_t ended_said_ = 0;
  double last_said_s_ = 0;
  std::jthread thread_;
};

inline constexpr std::size_t kMostProgressRows = 12;  ///< below the head

/// How the run is getting on in one line, `width` characters at most. `done_before`: cases of an earlier run that need not run
/// again.
std::string progress_line(const Progress& progress, std::size_t width, std::int64_t done_before = 0);

/// The lines of a live block on a terminal of that many columns and lines: the head, then for each running case its streams and
/// long firings, or else the nodes at work on it.
std::vector<std::string> progress_lines(const Progress& progress, std::size_t width, std::size_t height = 24,
                                        std::int64_t done_before = 0);

}  // namespace flowrun
