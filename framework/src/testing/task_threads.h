#pragma once

#include <cstdint>
#include <functional>

namespace flowrun::testing {

/// Context::parallel_for for tests: always on several threads, whatever the machine has, and the last task first, so that a node
/// whose tasks share something or rely on an order shows it. `stop` is asked before each task. Throws the first exception of a
/// task.
void run_tasks(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once, const std::function<bool()>& stop);

/// Whether the calling thread runs a task of run_tasks.
bool in_task();

}  // namespace flowrun::testing
