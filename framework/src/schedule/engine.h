#pragma once

#include "schedule/firings.h"

namespace flowrun::schedule {

/// One run of a graph: its parts, each with a duty of its own, put together.
class Engine {
 public:
  /// Opens every node. Throws Error naming the one that cannot be opened.
  Engine(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options);

  void on_line(Run::OnLine print) { state_.on_line = std::move(print); }
  RunResult execute(const std::vector<Case>& cases);
  void stop() { state_.ending.stop(); }
  void cancel() { state_.ending.cancel(); }
  Progress progress() const;

 private:
  void open_nodes(Registry& registry);
  void open_node(PlannedNode& node, Registry& registry);

  RunState state_;
  WorkQueue queue_{state_.threads, firings_};
  Router router_{queue_};
  Admission admission_{state_, router_, queue_};
  NodeCalls calls_{state_, queue_};
  StreamSteps steps_{state_, router_, admission_, calls_};
  Firings firings_{state_, router_, calls_, steps_};
};

}  // namespace flowrun::schedule
