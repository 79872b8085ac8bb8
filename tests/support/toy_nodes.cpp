#include "support/toy_nodes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "flowrun/sdk/payloads.h"

namespace toy {

std::atomic<int> ToyNumber::alive{0};
std::atomic<int> ToyNumber::most_alive{0};
std::mutex seen_mutex;
std::vector<Seen> seen;
std::atomic<int> most_at_once{0};
std::function<void(Context&, double)> hook;

namespace {

void raise_to(std::atomic<int>& most, int now) {
  int before = most;
  while (now > before && !most.compare_exchange_weak(before, now)) {
  }
}

ParamSpec number_param(const char* name, double value, bool per_case = false) {
  return {.name = name, .type = ParamType::number, .default_value = value, .help = "a number", .per_case = per_case};
}
ParamSpec integer_param(const char* name, std::int64_t value) {
  return {.name = name, .type = ParamType::integer, .default_value = value, .help = "an integer"};
}
InputPort in(const char* name = "in") { return {.name = name, .payload = std::string(ToyNumber::kType), .help = "a number"}; }
OutputPort out(bool stream = false) { return {.name = "out", .payload = std::string(ToyNumber::kType), .help = "a number", .stream = stream}; }
InputPort collecting(Scope scope) {
  InputPort port = in();
  port.scope = scope;
  port.collects = true;
  return port;
}

struct Source : Node {
  void process(Context& context) override {
    context.emit("out", ToyNumber(context.params().number("value"), static_cast<std::size_t>(context.params().integer("bytes"))));
  }
};

/// A table of as many rows as its input says, and a figure of its own.
struct Measures : Node {
  void process(Context& context) override {
    Table table;
    table.columns = {"case", "dice", "lesions", "undefined"};
    for (int i = 0; i < static_cast<int>(context.in<ToyNumber>("in").value); ++i)
      table.rows.push_back({std::string(context.case_name()), 0.75, std::int64_t{3}, std::nan("")});
    context.report("dice", 0.5);
    context.emit("table", std::move(table));
  }
};

struct Split : Node {
  struct State : Firing {
    State(double from, std::int64_t count) : value(from), left(count) {}
    bool next(Context& context) override {
      if (left == 0) return false;
      --left;
      context.emit("out", ToyNumber(value + static_cast<double>(context.chunk()), 100));
      if (context.params().flag("also_twice")) context.emit("out", ToyNumber(0));
      return true;
    }
    std::int64_t expected() const override { return left; }
    double value;
    std::int64_t left;
  };
  std::unique_ptr<Firing> begin(Context& context) override {
    return std::make_unique<State>(context.in<ToyNumber>("in").value, context.params().integer("count"));
  }
};

struct Work : Node {
  void process(Context& context) override {
    raise_to(most_at_once, ++at_once);
    wait_for_company(context.params().integer("meet"));
    const auto microseconds = context.params().integer("microseconds");
    const double value = context.in<ToyNumber>("in").value;
    // Different times for different items, so that they overtake each other.
    if (microseconds > 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds * (1 + static_cast<int>(value * 7) % 3)));
    context.emit("out", ToyNumber(value * 2));
    --at_once;
  }
  /// Until so many firings have run at once; half a minute where they never do.
  static void wait_for_company(std::int64_t meet) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (most_at_once < meet && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  std::atomic<int> at_once{0};
};

struct Add : Node {
  void process(Context& context) override {
    double sum = 0;
    for (const ToyNumber* number : context.all<ToyNumber>("in")) sum += number->value;
    if (const ToyNumber* offset = context.in_if<ToyNumber>("offset")) sum += offset->value;
    context.emit("out", ToyNumber(sum));
  }
};

/// Order-sensitive on purpose: 0.7 * so far + item.
struct Fold : Node {
  struct State : Firing {
    void accept(Context& context, std::string_view, const PayloadPtr& item) override {
      CHECK(context.inputs("in").empty());
      sum = 0.7 * sum + payload_cast<ToyNumber>(item.get())->value;
      ++count;
    }
    void finish(Context& context) override {
      context.report("items", count);
      context.emit("out", ToyNumber(sum));
    }
    double sum = 0;
    int count = 0;
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

struct CollectSink : Node {
  struct State : Firing {
    void accept(Context&, std::string_view, const PayloadPtr&) override { ++count; }
    void finish(Context& context) override { context.report("items", count); }
    int count = 0;
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

struct Sink : Node {
  void process(Context& context) override {
    const std::lock_guard lock(seen_mutex);
    seen.push_back({std::string(context.node_id()), std::string(context.case_name()), context.chunk(), context.in<ToyNumber>("in").value});
  }
};

struct Hook : Node {
  void process(Context& context) override {
    const double value = context.in<ToyNumber>("in").value;
    if (hook) hook(context, value);
    context.emit("out", ToyNumber(value));
  }
};

/// Leaves everything to the hook.
struct AwayNode : Node {
  void process(Context& context) override { hook(context, context.in<ToyNumber>("in").value); }
};

struct Wrong : Node {
  void process(Context& context) override {
    const std::string& how = context.params().text("how");
    if (how == "twice") context.emit("out", ToyNumber(1));
    if (how == "unknown port") context.emit("nowhere", ToyNumber(1));
    if (how == "null") context.emit_shared("out", nullptr);
    if (how == "unknown input") context.inputs("nowhere");
    if (how == "throws int") throw 7;
    if (how == "out of memory") throw std::bad_alloc();
    if (how == "late throw") {
      context.emit("out", ToyNumber(1));
      throw Error("after emitting");
    }
    if (how != "nothing") context.emit("out", ToyNumber(1));
  }
};

struct WrongType : Node {
  struct Other : PayloadOf<Other> {
    static constexpr std::string_view kType = "toy.other/1";
    std::size_t bytes() const noexcept override { return 0; }
  };
  void process(Context& context) override { context.emit("out", Other()); }
};

struct WrongLong : Node {
  struct State : Firing {
    void finish(Context& context) override {
      if (context.params().text("how") == "emits in finish") context.emit("out", ToyNumber(1));
    }
    bool next(Context& context) override {
      const std::string& how = context.params().text("how");
      if (how == "emits and says false") context.emit("out", ToyNumber(1));
      if (how == "throws in next" && context.chunk() == 2) throw Error("no more than two");
      if (how == "throws in next") context.emit("out", ToyNumber(1));
      return how != "emits and says false";
    }
  };
  std::unique_ptr<Firing> begin(Context& context) override {
    if (context.params().text("how") == "throws in begin") throw Error("no beginning");
    if (context.params().text("how") == "null") return nullptr;
    return std::make_unique<State>();
  }
};

struct WrongOpen : Node {
  void open(OpenContext& context) override { throw Error("the file '" + context.params().text("how") + "' is missing"); }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

NodeType type(const char* name, std::vector<InputPort> inputs, std::vector<OutputPort> outputs, std::vector<ParamSpec> params,
              std::unique_ptr<Node> (*create)(), bool concurrent = true) {
  return {.name = name, .summary = "toy", .details = "", .inputs = std::move(inputs), .outputs = std::move(outputs),
          .params = std::move(params), .concurrent = concurrent, .create = create};
}

ParamSpec how_param() { return {.name = "how", .type = ParamType::string, .default_value = std::string("nothing"), .help = "how"}; }

}  // namespace

void ToyNumber::note(int change) {
  const int now = alive += change;
  raise_to(most_alive, now);
}

std::vector<Seen> seen_by(const std::string& node) {
  const std::lock_guard lock(seen_mutex);
  std::vector<Seen> found;
  std::copy_if(seen.begin(), seen.end(), std::back_inserter(found), [&](const Seen& one) { return one.node == node; });
  return found;
}

void reset() {
  seen.clear();
  most_at_once = 0;
  hook = nullptr;
  CHECK(ToyNumber::alive == 0);  // every payload of an earlier run was freed
  ToyNumber::most_alive = 0;
}

Registry registry() {
  Registry made;
  InputPort many = in();
  many.variadic = true;
  InputPort offset = in("offset");
  offset.required = false;
  ParamSpec twice{.name = "also_twice", .type = ParamType::boolean, .default_value = false, .help = "emit twice"};
  made.add_type(type("toy.source", {}, {out()}, {number_param("value", 1, true), integer_param("bytes", 8)}, make<Source>), "toy");
  made.add_type(type("toy.split", {in()}, {out(true)}, {integer_param("count", 10), twice}, make<Split>), "toy");
  made.add_type(type("toy.work", {in()}, {out()}, {integer_param("microseconds", 0), integer_param("meet", 0)}, make<Work>), "toy");
  made.add_type(type("toy.serial_work", {in()}, {out()}, {integer_param("microseconds", 0), integer_param("meet", 0)}, make<Work>, false), "toy");
  made.add_type(type("toy.add", {many, offset}, {out()}, {}, make<Add>), "toy");
  InputPort some = many;
  some.partial = true;
  made.add_type(type("toy.add_some", {some, offset}, {out()}, {}, make<Add>), "toy");
  made.add_type(type("toy.fold", {collecting(Scope::chunk)}, {out()}, {}, make<Fold>), "toy");
  made.add_type(type("toy.fold_cases", {collecting(Scope::per_case)}, {out()}, {}, make<Fold>), "toy");
  made.add_type(type("toy.collect_sink", {collecting(Scope::chunk)}, {}, {}, make<CollectSink>), "toy");
  made.add_type(type("toy.sink", {in()}, {}, {}, make<Sink>), "toy");
  const OutputPort table{.name = "table", .payload = std::string(Table::kType), .help = "a table"};
  made.add_type(type("toy.measures", {in()}, {table}, {}, make<Measures>), "toy");
  made.add_type(type("toy.hook", {in()}, {out()}, {}, make<Hook>), "toy");
  made.add_type(type("toy.away", {in()}, {out()}, {}, make<AwayNode>), "toy");
  made.add_type(type("toy.serial_away", {in()}, {out()}, {}, make<AwayNode>, false), "toy");
  made.add_type(type("toy.wrong", {in()}, {out()}, {how_param()}, make<Wrong>), "toy");
  made.add_type(type("toy.wrong_type", {in()}, {out()}, {}, make<WrongType>), "toy");
  made.add_type(type("toy.wrong_long", {in()}, {out(true)}, {how_param()}, make<WrongLong>), "toy");
  made.add_type(type("toy.wrong_open", {in()}, {out()}, {how_param()}, make<WrongOpen>), "toy");
  return made;
}

std::shared_ptr<const ValidatedGraph> graph(const std::string& nodes, const Registry& types) {
  const bool with_input = nodes.find("${n}") != std::string::npos;
  const std::string inputs = with_input ? R"("inputs": {"n": {"type": "number", "help": "a number"}},)" : "";
  Diagnostics faults;
  const auto spec = parse_graph(R"({"format": 1, "name": "toy", )" + inputs + R"("nodes": )" + nodes + "}", "toy.json", faults);
  const auto valid = spec ? validate(*spec, types, {}, faults) : nullptr;
  for (const Diagnostic& fault : faults.all())
    if (fault.severity == Severity::error) FAIL_CHECK(to_string(fault));
  REQUIRE(valid);
  return valid;
}

std::vector<Case> make_cases(int count) {
  std::vector<Case> cases;
  for (int i = 0; i < count; ++i) {
    cases.emplace_back();
    cases.back().name = "case" + std::to_string(i);
    cases.back().inputs["n"] = static_cast<double>(i);
  }
  return cases;
}

RunResult run(const std::string& nodes, int cases, RunOptions options) {
  reset();
  Registry types = registry();
  const auto valid = graph(nodes, types);
  Run running(valid, types, options);
  return running.execute(make_cases(cases));
}

RunResult run_hooked(const std::string& nodes, int cases, RunOptions options, std::function<void(Run&, Context&, double)> with) {
  Registry types = registry();
  const auto valid = graph(nodes, types);
  reset();
  Run running(valid, types, options);
  hook = [&](Context& context, double value) { with(running, context, value); };
  return running.execute(make_cases(cases));
}

}  // namespace toy
