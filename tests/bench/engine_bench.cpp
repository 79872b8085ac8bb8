// The engine alone against raw oneTBB function nodes: trivial packets through a chain of nodes that pass their input on.
// One "packet" is one firing of one node of the chain.
#include <benchmark/benchmark.h>
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <string>

#include "flowrun/host/runtime.h"

namespace {

using namespace flowrun;

constexpr int kNodes = 8;
constexpr std::int64_t kItems = 50'000;

struct Token : PayloadOf<Token> {
  static constexpr std::string_view kType = "bench.token/1";
  std::size_t bytes() const noexcept override { return sizeof(Token); }
};

struct Stream : Node {
  struct State : Firing {
    bool next(Context& context) override {
      if (context.chunk() == kItems) return false;
      context.emit("out", Token());
      return true;
    }
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

struct Pass : Node {
  void process(Context& context) override { context.emit_shared("out", context.inputs("in").front()); }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

Registry registry() {
  Registry made;
  const InputPort in{.name = "in", .payload = std::string(Token::kType), .help = "token"};
  OutputPort out{.name = "out", .payload = std::string(Token::kType), .help = "token"};
  made.add_type({.name = "bench.pass", .summary = "pass", .inputs = {in}, .outputs = {out}, .concurrent = true, .create = make<Pass>}, "bench");
  out.stream = true;
  made.add_type({.name = "bench.stream", .summary = "stream", .outputs = {out}, .concurrent = true, .create = make<Stream>}, "bench");
  return made;
}

void engine_chain(benchmark::State& state) {
  Registry types = registry();
  std::string nodes = R"("n0": {"type": "bench.stream"})";
  for (int i = 1; i <= kNodes; ++i)
    nodes += ", \"n" + std::to_string(i) + R"(": {"type": "bench.pass", "inputs": {"in": "n)" + std::to_string(i - 1) + R"(.out"}})";
  Diagnostics faults;
  const auto spec = parse_graph(R"({"format": 1, "name": "bench", "nodes": {)" + nodes + "}}", "bench.json", faults);
  const auto graph = validate(*spec, types, {}, faults);
  RunOptions options;
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    Run run(graph, types, options);
    benchmark::DoNotOptimize(run.execute({{"case", {}}}));
  }
  state.SetItemsProcessed(state.iterations() * kItems * kNodes);
}

void raw_tbb_chain(benchmark::State& state) {
  const int threads = static_cast<int>(state.range(0));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  using Message = std::shared_ptr<const Token>;
  using FlowNode = tbb::flow::function_node<Message, Message>;
  for (auto _ : state) {
    arena.execute([] {
      tbb::flow::graph graph;
      std::vector<std::unique_ptr<FlowNode>> nodes;
      for (int i = 0; i < kNodes; ++i) {
        nodes.push_back(std::make_unique<FlowNode>(graph, tbb::flow::unlimited, [](const Message& message) { return message; }));
        if (i > 0) tbb::flow::make_edge(*nodes[static_cast<std::size_t>(i) - 1], *nodes.back());
      }
      for (std::int64_t i = 0; i < kItems; ++i) nodes.front()->try_put(std::make_shared<const Token>());
      graph.wait_for_all();
    });
  }
  state.SetItemsProcessed(state.iterations() * kItems * kNodes);
}

BENCHMARK(raw_tbb_chain)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(engine_chain)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
