#include "flowrun/host/runtime.h"
#include "schedule/engine.h"

namespace flowrun {

struct Run::State {
  State(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options)
      : engine(std::move(graph), registry, std::move(options)) {}
  schedule::Engine engine;
};

Run::Run(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options)
    : state_(std::make_unique<State>(std::move(graph), registry, std::move(options))) {}
Run::~Run() = default;

void Run::on_line(OnLine print) { state_->engine.on_line(std::move(print)); }
RunResult Run::execute(const std::vector<Case>& cases) { return state_->engine.execute(cases); }
void Run::stop() { state_->engine.stop(); }
void Run::cancel() { state_->engine.cancel(); }
Progress Run::progress() const { return state_->engine.progress(); }

std::string_view to_string(CaseStatus status) {
  switch (status) {
    case CaseStatus::done: return "done";
    case CaseStatus::failed: return "failed";
    case CaseStatus::cancelled: return "cancelled";
    case CaseStatus::not_started: return "not started";
  }
  return "unknown";
}

}  // namespace flowrun
