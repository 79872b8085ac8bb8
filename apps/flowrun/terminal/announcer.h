#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <mutex>
#include <string>

#include "flowrun/host/text.h"
#include "terminal/progress_display.h"
#include "terminal/say.h"

namespace flowrun {

/// Sentences while cases run go above the progress. They are safe to print.
class Announcer {
 public:
  void show_on(ProgressDisplay* display) {
    const std::lock_guard lock(mutex_);
    display_ = display;
  }
  void say(const std::string& sentence) {
    const std::lock_guard lock(mutex_);
    if (display_) display_->say(sentence);
    else fmt::print(stderr, "flowrun: {}\n", sentence);
  }

 private:
  std::mutex mutex_;
  ProgressDisplay* display_ = nullptr;
};

}  // namespace flowrun
