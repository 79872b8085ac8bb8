#include "schedule/engine.h"

#include <sys/resource.h>

#include <algorithm>

#include "flowrun/host/isolation.h"
#include "flowrun/host/memory_limits.h"
#include "flowrun/sdk/connections.h"
#include "schedule/thrown_text.h"

namespace flowrun::schedule {
namespace {

class NodeOpenContext final : public OpenContext, Connections {
 public:
  NodeOpenContext(const ValidatedNode& spec, const Params& params, const RunOptions& options, int threads,
                  std::vector<std::string>& warnings)
      : spec_(spec), params_(params), options_(options), threads_(threads), warnings_(warnings) {}
  const Params& params() const override { return params_; }
  std::string_view node_id() const override { return spec_.id; }
  std::string_view device() const override { return spec_.device == "auto" ? options_.device : spec_.device; }
  int threads() const override { return threads_; }
  void warn(std::string_view sentence) override { warnings_.push_back(spec_.id + ": " + cut_sentence(sentence)); }
  void* extension(std::string_view id) override { return id == kExtension ? static_cast<Connections*>(this) : nullptr; }

 private:
  std::size_t edges(std::string_view port) const override {
    return static_cast<std::size_t>(std::count_if(spec_.slots.begin(), spec_.slots.end(), [&](const InputSlot& slot) {
      return spec_.type.inputs[slot.port].name == port;
    }));
  }

  const ValidatedNode& spec_;
  const Params& params_;
  const RunOptions& options_;
  int threads_;
  std::vector<std::string>& warnings_;
};

/// Stands for the case where no parameter asks for anything of it.
const Case kAnyCase;

bool varies(const ValidatedNode& spec) {
  return std::any_of(spec.params.begin(), spec.params.end(),
                     [](const ParamExpression& param) { return !param.constant && !param.number_port; });
}

std::int64_t peak_resident_bytes() {
  rusage usage{};
  return getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::int64_t>(usage.ru_maxrss) * 1024 : 0;
}

}  // namespace

Engine::Engine(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options)
    : state_(std::move(graph), std::move(options)) {
  expect_threads(state_.threads);
  open_nodes(registry);
  for (auto& node : state_.plan.nodes) queue_.add_node(*node);
  WorkQueue::start();
}

void Engine::open_nodes(Registry& registry) {
  for (auto& node : state_.plan.nodes) {
    const ValidatedNode& spec = *node->spec;
    if (node->index < state_.options.unused.size() && state_.options.unused[node->index]) continue;
    state_.board.set_opening(&spec);
    try {
      open_node(*node, registry);
    } catch (...) {
      state_.board.set_opening(nullptr);
      throw Error("node '" + spec.id + "' (" + spec.type_name + ", plugin " + spec.plugin +
                  ") could not be opened: " + cut_sentence(thrown_text()));
    }
    state_.board.set_opening(nullptr);
  }
}

void Engine::open_node(PlannedNode& node, Registry& registry) {
  const ValidatedNode& spec = *node.spec;
  const auto codecs = [&registry](std::string_view payload) { return registry.codec(payload); };
  const bool is_open = state_.options.open_nodes && state_.options.open_nodes->contains(node.index);
  if (is_open) node.code = state_.options.open_nodes->at(node.index);
  else
    node.code = spec.isolation ? isolated_node(spec, state_.options.isolated, state_.options.device, codecs)
                               : registry.create(spec.type_name);
  node.params_vary = spec.scope != Scope::run && varies(spec);
  if (!node.params_vary) node.params = resolve_params(spec, &kAnyCase, state_.options.out);
  if (is_open) return;
  const Params visible = resolve_params(spec, nullptr, state_.options.out);
  NodeOpenContext context(spec, visible, state_.options, state_.threads, state_.findings.warnings_of_open());
  node.code->open(context);
  if (state_.options.open_nodes) state_.options.open_nodes->emplace(node.index, node.code);
}

RunResult Engine::execute(const std::vector<Case>& cases) {
  state_.begin = Clock::now();
  admission_.run(cases);
  RunResult result;
  result.seconds = std::chrono::duration<double>(Clock::now() - state_.begin.load()).count();
  admission_.add_to(result);
  state_.findings.add_to(result, *state_.graph);
  result.peak_payload_bytes = state_.account.peak();
  result.peak_resident_bytes = peak_resident_bytes();
  result.threads = state_.threads;
  result.run_cut_off = state_.ending.cut_off_run();
  return result;
}

Progress Engine::progress() const {
  Progress progress;
  progress.seconds = std::chrono::duration<double>(Clock::now() - state_.begin.load()).count();
  admission_.add_to(progress);
  state_.meters.add_to(progress);
  return progress;
}

}  // namespace flowrun::schedule
