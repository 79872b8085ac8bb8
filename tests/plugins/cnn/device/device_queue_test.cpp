// The queue's thread, and a node that hands its firings to it, in the real engine.
#include "cnn/device/device_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "fake_device.h"
#include "flowrun/host/runtime.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

using namespace flowrun;
namespace device = cnn::device;
using device::DeviceQueue;

namespace {

struct FakeCard {
  explicit FakeCard(std::int64_t memory) {
    device.memory = memory;
    queue = std::make_unique<DeviceQueue>(device::DeviceSetup{2, [this] { ++entered; }, [this] { ++device.released; }});
  }
  fake::Device device;  ///< used by the queue's thread
  std::atomic<int> entered{0};
  std::unique_ptr<DeviceQueue> queue;  ///< last: its thread uses the device
};

using Cards = device::RoundRobin<FakeCard>;
std::unique_ptr<Cards> cards;  ///< of the fake.network nodes of the run
std::atomic<int> fail_in_case{-1};

Cards& new_cards(int count, std::int64_t memory) {
  std::vector<std::shared_ptr<FakeCard>> made;
  for (int i = 0; i < count; ++i) made.push_back(std::make_shared<FakeCard>(memory));
  return *(cards = std::make_unique<Cards>(made));
}

Scores scores_of(int count, double offset) {
  Scores scores;
  scores.geometry.size = {count, 1, 1};
  scores.classes = 1;
  for (int i = 0; i < count; ++i) {
    scores.voxels.push_back(i);
    scores.values.push_back(static_cast<float>(offset + i));
  }
  return scores;
}

/// Streams four chunks of 30 numbers.
struct Source : Node {
  struct State : Firing {
    bool next(Context& context) override {
      if (context.chunk() == 4) return false;
      context.emit("scores", scores_of(30, static_cast<double>(context.params().integer("offset")) +
                                               100.0 * static_cast<double>(context.chunk())));
      return true;
    }
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

struct Network : Node {
  void process(Context& context) override {
    const auto& scores = context.in<Scores>("scores");
    FakeCard& card = *cards->next();
    const std::vector<double> input(scores.values.begin(), scores.values.end());
    auto job = std::make_shared<fake::Job>(card.device, "job", input, 16);
    if (context.case_name() == "case" + std::to_string(fail_in_case)) job->fail_at = 20;
    const std::shared_ptr<Deferred> deferred = context.defer();
    job->on_finished = [deferred](fake::Job& done) {
      deferred->resume([output = done.output, failure = done.failure](Context& later) {
        if (failure) std::rethrow_exception(failure);
        Scores found = later.in<Scores>("scores");
        for (std::size_t i = 0; i < output.size(); ++i) found.values[i] = static_cast<float>(output[i]);
        later.emit("scores", std::move(found));
      });
    };
    card.queue->add(job);
  }
};

/// Order-sensitive: 0.7 * so far + value.
struct Fold : Node {
  struct State : Firing {
    void accept(Context&, std::string_view, const PayloadPtr& item) override {
      for (const float value : payload_cast<Scores>(item.get())->values) sum = 0.7 * sum + static_cast<double>(value);
    }
    void finish(Context& context) override { context.report("sum", sum); }
    double sum = 0;
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

template <class T>
NodeType type(const char* name) {
  NodeType made;
  made.name = name;
  made.summary = "fake";
  made.create = []() -> std::unique_ptr<Node> { return std::make_unique<T>(); };
  return made;
}

Registry fake_types() {
  Registry types;
  const std::string payload(Scores::kType);
  NodeType source = type<Source>("fake.source");
  source.outputs = {{.name = "scores", .payload = payload, .help = "numbers", .stream = true}};
  source.params = {
      {.name = "offset", .type = ParamType::integer, .default_value = std::int64_t{0}, .help = "first", .per_case = true}};
  NodeType network = type<Network>("fake.network");
  network.inputs = {{.name = "scores", .payload = payload, .help = "numbers"}};
  network.outputs = {{.name = "scores", .payload = payload, .help = "numbers"}};
  network.concurrent = true;
  NodeType fold = type<Fold>("fake.fold");
  fold.inputs = {{.name = "scores", .payload = payload, .help = "numbers", .scope = Scope::chunk, .collects = true}};
  for (const NodeType& one : {source, network, fold}) types.add_type(one, "fake");
  return types;
}

RunResult run_cases(int count, int threads) {
  Registry types = fake_types();
  Diagnostics faults;
  const auto spec =
      parse_graph(R"({"format": 1, "name": "fake", "inputs": {"n": {"type": "integer", "help": "a number"}}, "nodes": {
    "source":  {"type": "fake.source", "params": {"offset": "${n}"}, "run": {"chunks_in_flight": 3}},
    "network": {"type": "fake.network", "inputs": {"scores": "source.scores"}},
    "fold":    {"type": "fake.fold", "inputs": {"scores": "network.scores"}}}})",
                  "fake.json", faults);
  REQUIRE(spec);
  const auto valid = validate(*spec, types, {}, faults);
  for (const Diagnostic& fault : faults.all()) FAIL_CHECK(to_string(fault));
  REQUIRE(valid);
  RunOptions options;
  options.threads = threads;
  Run run(valid, types, options);
  std::vector<Case> cases(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    cases[static_cast<std::size_t>(i)].name = "case" + std::to_string(i);
    cases[static_cast<std::size_t>(i)].inputs["n"] = std::int64_t{i};
  }
  return run.execute(cases);
}

std::map<std::string, double> sums(const RunResult& result) {
  std::map<std::string, double> found;
  for (const CaseResult& one : result.cases)
    for (const Report& report : one.reports) found[one.name] = report.value;
  return found;
}

}  // namespace

TEST_CASE("device_queue: jobs run in the order in which they came, and destruction waits for them") {
  fake::Device device;
  std::vector<std::shared_ptr<fake::Job>> jobs;
  {
    DeviceQueue queue({});
    for (int i = 0; i < 20; ++i) {
      jobs.push_back(std::make_shared<fake::Job>(device, std::to_string(i), fake::numbers(i), 3));
      queue.add(jobs.back());
    }
  }
  for (const auto& one : jobs) {
    CHECK(one->is_finished);
    CHECK(std::count(one->times.begin(), one->times.end(), 1) == one->count());
  }
  std::vector<int> order;
  for (const std::string& line : device.happened)
    if (line.rfind("prepare ", 0) == 0) order.push_back(std::stoi(line.substr(8)));
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("device_queue: who waits for a job hears why it failed") {
  fake::Device device;
  DeviceQueue queue({});
  const auto good = std::make_shared<fake::Job>(device, "good", fake::numbers(7), 3);
  queue.run(good);
  CHECK(good->is_finished);
  const auto bad = std::make_shared<fake::Job>(device, "bad", fake::numbers(7), 3);
  bad->fail_at = 4;
  CHECK_THROWS_WITH_AS(queue.run(bad), "item 4 is bad", Error);
}

TEST_CASE("devices in the engine: results are the same for any number of threads, devices and however often memory runs out") {
  fail_in_case = -1;
  std::vector<std::map<std::string, double>> found;
  for (const int threads : {1, 3}) {
    for (const int devices : {1, 3}) {
      for (const std::int64_t memory : {1'000'000, 5}) {
        Cards& used = new_cards(devices, memory);
        const RunResult result = run_cases(4, threads);
        for (const CaseResult& one : result.cases) CHECK(one.status == CaseStatus::done);
        CHECK(result.nodes[1].firings == 16);
        found.push_back(sums(result));
        cards = nullptr;  // ends the queues' threads
        (void)used;
      }
    }
  }
  REQUIRE(found.front().size() == 4);
  for (const auto& one : found) CHECK(one == found.front());
}

TEST_CASE("devices in the engine: firings go to the devices in turn, each with a thread of its own") {
  fail_in_case = -1;
  const std::vector<std::shared_ptr<FakeCard>> all = new_cards(3, 1'000'000).all();
  run_cases(3, 2);
  cards = nullptr;
  for (const auto& card : all) {
    card->queue = nullptr;
    CHECK(card->entered == 1);
    const auto prepared = [](const std::string& line) { return line.rfind("prepare", 0) == 0; };
    CHECK(std::count_if(card->device.happened.begin(), card->device.happened.end(), prepared) == 4);
  }
}

TEST_CASE("devices in the engine: what fails on a device fails its case alone") {
  new_cards(1, 1'000'000);
  fail_in_case = 1;
  const RunResult result = run_cases(3, 2);
  cards = nullptr;
  CHECK(result.cases[0].status == CaseStatus::done);
  CHECK(result.cases[2].status == CaseStatus::done);
  REQUIRE(result.cases[1].status == CaseStatus::failed);
  CHECK(result.cases[1].errors[0].node == "network");
  CHECK(result.cases[1].errors[0].message == "item 20 is bad");
}
