#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <mutex>
#include <string>

#include "terminal/progress_display.h"
#include "terminal/text_layout.h"

namespace flowrun {

/// Sentences while cases run go above the progress.
class Announcer {
 public:
  void show_on(ProgressDisplay* display) {
    const std::lock_guard lock(mutex_);
    display_ = display;
  }
  void say(const std::string& sentence) {
    const std::lock_guard lock(mutex_);
    if (display_) display_->say(sentence);
    else fmt::print(stderr, "flowrun: {}\n", printable(sentence));
  }

 private:
  std::mutex mutex_;
  ProgressDisplay* display_ = nullptr;
};

}  // namespace flowrun
