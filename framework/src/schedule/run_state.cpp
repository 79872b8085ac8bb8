#include "schedule/run_state.h"

#include <oneapi/tbb/task_arena.h>
#include <sched.h>

#include <algorithm>
#include <fstream>

namespace flowrun::schedule {

int usable_cores() {
  cpu_set_t set;
  int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  std::ifstream quota("/sys/fs/cgroup/cpu.max");  // "200000 100000": microseconds of every period; "max ...": no quota
  double allowed = 0, period = 0;
  if (quota >> allowed >> period && period > 0) cores = std::min(cores, static_cast<int>(allowed / period));
  return std::max(1, cores);
}

RunState::RunState(std::shared_ptr<const ValidatedGraph> of, RunOptions with)
    : graph(std::move(of)),
      options(std::move(with)),
      threads(options.threads > 0 ? options.threads : usable_cores()),
      plan(make_plan(*graph)),
      board(graph, static_cast<std::size_t>(threads)) {
  statistics.resize(static_cast<std::size_t>(threads), graph->nodes.size());
  ledgers.resize(static_cast<std::size_t>(threads), graph->nodes.size());
  for (auto& node : plan.nodes)
    node->credits = node->spec->chunks_in_flight > 0 ? node->spec->chunks_in_flight
                    : options.chunks_in_flight > 0   ? options.chunks_in_flight
                                                     : std::max(2, 2 * threads);
}

int RunState::this_thread() const { return std::clamp(tbb::this_task_arena::current_thread_index(), 0, threads - 1); }

const Params& RunState::varying_params(const PlannedNode& node, const Item& item) const {
  CaseItem& of = *case_of(item);
  const std::lock_guard lock(of.mutex);
  const auto found = of.params.find(node.index);
  if (found != of.params.end()) return found->second;
  return of.params.emplace(node.index, resolve_params(*node.spec, &of.spec, options.out)).first->second;
}

}  // namespace flowrun::schedule
