#include "schedule/engine.h"

#include "schedule/thrown_text.h"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "flowrun/host/isolation.h"
#include "flowrun/host/memory_limits.h"
#include "flowrun/sdk/connections.h"

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
  void warn(std::string_view sentence) override { warnings_.push_back(spec_.id + ": " + std::string(sentence)); }
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

/// Counts engines that were built. oneTBB keeps its threads from one engine to the next; a thread that reads this sees what the
/// engine's constructor wrote. (It would anyway, by oneTBB's own order, which the thread sanitizer cannot see.)
std::atomic<std::int64_t> engines_built{0};

}  // namespace

int usable_cores() {
  cpu_set_t set;
  int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  std::ifstream quota("/sys/fs/cgroup/cpu.max");  // "200000 100000": microseconds of every period; "max ...": no quota
  double allowed = 0, period = 0;
  if (quota >> allowed >> period && period > 0) cores = std::min(cores, static_cast<int>(allowed / period));
  return std::max(1, cores);
}

Engine::Engine(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options)
    : graph_(std::move(graph)), options_(std::move(options)), plan_(make_plan(*graph_)), begin_(Clock::now()) {
  threads_ = options_.threads > 0 ? options_.threads : usable_cores();
  expect_threads(threads_);
  options_.cases_in_flight = std::max(1, options_.cases_in_flight);
  now_ = std::vector<Now>(static_cast<std::size_t>(threads_));
  statistics_.resize(static_cast<std::size_t>(threads_), graph_->nodes.size());
  ledgers_.resize(static_cast<std::size_t>(threads_), graph_->nodes.size());
  ended_counts_.resize(graph_->nodes.size());
  limit_.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads_));
  arena_ = std::make_unique<tbb::task_arena>(threads_);
  signal_stacks_.emplace(*arena_);
  open_nodes(registry);
  build_flow();
  engines_built.fetch_add(1, std::memory_order_release);
}

Engine::~Engine() {
  // Flow nodes sign off at their graph, so they go before it.
  for (auto& node : plan_.nodes) node->flow_node.reset();
  any_ready_.reset();
}

void Engine::open_nodes(Registry& registry) {
  for (auto& node : plan_.nodes) {
    const ValidatedNode& spec = *node->spec;
    if (node->index < options_.unused.size() && options_.unused[node->index]) continue;
    set_opening(&spec);
    try {
      open_node(*node, registry);
    } catch (...) {
      set_opening(nullptr);
      throw Error("node '" + spec.id + "' (" + spec.type_name + ", plugin " + spec.plugin +
                  ") could not be opened: " + thrown_text());
    }
    set_opening(nullptr);
  }
}

void Engine::open_node(PlannedNode& node, Registry& registry) {
  const ValidatedNode& spec = *node.spec;
  const auto codecs = [&registry](std::string_view payload) { return registry.codec(payload); };
  const bool is_open = options_.open_nodes && options_.open_nodes->contains(node.index);
  if (is_open) node.code = options_.open_nodes->at(node.index);
  else
    node.code =
        spec.isolation ? isolated_node(spec, options_.isolated, options_.device, codecs) : registry.create(spec.type_name);
  node.params_vary = spec.scope != Scope::run && varies(spec);
  if (!node.params_vary) node.params = resolve_params(spec, &kAnyCase, options_.out);
  if (is_open) return;
  const Params visible = resolve_params(spec, nullptr, options_.out);
  NodeOpenContext context(spec, visible, options_, threads_, warnings_);
  node.code->open(context);
  if (options_.open_nodes) options_.open_nodes->emplace(node.index, node.code);
}

void Engine::build_flow() {
  arena_->execute([this] {
    flow_ = std::make_unique<tbb::flow::graph>();
    // Work that comes back from a device wakes one more thread where there is only one; it must not run beside that one.
    const std::size_t at_once = threads_ == 1 ? tbb::flow::serial : tbb::flow::unlimited;
    any_ready_ = std::make_unique<tbb::flow::function_node<tbb::flow::continue_msg>>(
        *flow_, at_once, [this](const tbb::flow::continue_msg& message) {
          engines_built.load(std::memory_order_acquire);
          run_chain(ready_queue_.pop());
          return message;
        });
    for (auto& node : plan_.nodes) build_node(*node);
  });
}

/// A node that may fire any number of times at once shares the queue of what is ready; any other has a flow node of its own,
/// which keeps the limit and the order.
void Engine::build_node(PlannedNode& node) {
  const ValidatedNode& spec = *node.spec;
  const int wanted = spec.type.concurrent ? spec.concurrency : 1;
  node.credits = spec.chunks_in_flight > 0       ? spec.chunks_in_flight
                 : options_.chunks_in_flight > 0 ? options_.chunks_in_flight
                                                 : std::max(2, 2 * threads_);
  node.unlimited = wanted == 0 || wanted >= threads_;
  if (node.unlimited) return;
  node.flow_node =
      std::make_unique<tbb::flow::function_node<Work*>>(*flow_, static_cast<std::size_t>(wanted), [this](Work* work) {
        run_chain(work, true);
        return tbb::flow::continue_msg{};
      });
}

RunResult Engine::execute(const std::vector<Case>& cases) {
  {
    const std::lock_guard lock(mutex_);
    begin_ = Clock::now();
  }
  run_cases(cases);
  return collect_result(cases);
}

RunResult Engine::collect_result(const std::vector<Case>& cases) {
  RunResult result;
  result.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const std::lock_guard lock(mutex_);
  result.cases = results_;
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const ValidatedNode& spec = graph_->nodes[i];
    NodeCounts counts = statistics_.total(i);
    counts.add(ended_counts_[i]);
    result.nodes.push_back({spec.id, spec.type_name, spec.plugin, spec.plugin_version, counts.firings, counts.failures,
                            static_cast<double>(counts.busy_ns) * 1e-9, static_cast<double>(counts.waiting_ns) * 1e-9,
                            static_cast<double>(counts.away_ns) * 1e-9});
  }
  result.run_errors = run_errors_;
  for (const auto& [key, value] : run_reports_) result.run_reports.push_back({graph_->nodes[key.first].id, key.second, value});
  result.warnings = warnings_;
  result.peak_payload_bytes = account_.peak();
  result.peak_resident_bytes = peak_resident_bytes();
  result.threads = threads_;
  result.run_cut_off = run_cut_off_;
  result.interrupted = interrupted_ && (cancelling_ || next_case_ < cases.size());
  return result;
}

void Engine::report(const PlannedNode& node, const Item& item, std::string_view name, double value) {
  CaseItem* const of = case_of(item);
  const std::lock_guard lock(of ? of->mutex : mutex_);
  (of ? of->reports : run_reports_)[{node.index, std::string(name)}] += value;
}

void Engine::warn(const PlannedNode& node, const Item& item, std::string_view sentence) {
  CaseItem* const of = case_of(item);
  const std::lock_guard lock(of ? of->mutex : mutex_);
  (of ? of->warnings : warnings_).push_back(node.spec->id + ": " + std::string(sentence));
}

void CaseItem::ended() {
  Engine& engine = engine_;
  engine.case_ended(*this);
  delete this;
  engine.admit_all();
}

void ChunkItem::ended() {
  engine_.chunk_ended(stream_);
  delete this;
}

}  // namespace flowrun::schedule
