#pragma once

#include <chrono>
#include <csignal>
#include <future>

#include "flowrun_process.h"

namespace flowrun::testing {

/// Waits for the end of a process that should end by itself; one that still runs after a minute is killed, and has no exit
/// status.
inline Ended end_or_kill(FlowrunProcess& process) {
  auto ended = std::async(std::launch::async, [&process] { return process.end(); });
  if (ended.wait_for(std::chrono::minutes(1)) != std::future_status::ready) process.send(SIGKILL);
  return ended.get();
}

}  // namespace flowrun::testing
