// Context::take: a firing makes its output out of its input.
#include <doctest/doctest.h>

#include "flowrun/sdk/ports.h"
#include "support/toy_nodes.h"

using namespace toy;

namespace {

constexpr Input<ToyNumber> kIn{"in", "a number"};
constexpr Output<ToyNumber> kOut{"out", "a number"};

const std::string kChain = R"({
  "source": {"type": "toy.source", "params": {"bytes": 1000}},
  "first": {"type": "toy.away", "inputs": {"in": "source.out"}},
  "second": {"type": "toy.away", "inputs": {"in": "first.out"}},
  "seen": {"type": "toy.sink", "inputs": {"in": "second.out"}}})";

RunOptions one_thread() {
  RunOptions options;
  options.threads = 1;
  return options;
}

}  // namespace

TEST_CASE("schedule: the last reader of an input takes it over, so a chain keeps one payload alive") {
  int taken = 0;
  const auto increase = [&](Run&, Context& context, double) {
    const ToyNumber& before = context.in(kIn);
    taken += context.exclusive("in") != nullptr;
    ToyNumber number = before;  // a copy, since nothing was moved out
    ++number.value;
    context.emit(kOut, std::move(number));
  };
  const RunResult result = run_hooked(kChain, 3, one_thread(), increase);
  CHECK(taken == 6);
  CHECK(seen_by("seen").size() == 3);
  CHECK(seen_by("seen")[0].value == 3);
  CHECK(result.cases[0].peak_payload_bytes == 1000);
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: an input that another node has yet to read is copied") {
  const std::string nodes = R"({
    "source": {"type": "toy.source"},
    "change": {"type": "toy.away", "inputs": {"in": "source.out"}},
    "sum": {"type": "toy.add", "inputs": {"in": ["source.out", "change.out"]}},
    "seen": {"type": "toy.sink", "inputs": {"in": "sum.out"}}})";
  bool taken = false;
  run_hooked(nodes, 1, one_thread(), [&](Run&, Context& context, double) {
    ToyNumber number = context.in(kIn);
    taken = context.exclusive("in") != nullptr;
    number.value = 10;
    context.emit(kOut, std::move(number));
  });
  CHECK_FALSE(taken);
  REQUIRE(seen_by("seen").size() == 1);
  CHECK(seen_by("seen")[0].value == 11);
}

TEST_CASE("schedule: an input is taken once in a firing, and a firing that fails after it is not kept") {
  int kept = 0;
  RunOptions options = one_thread();
  options.on_firing_failed = [&](const FailedFiring&) { ++kept; };
  const RunResult result = run_hooked(kChain, 1, options, [&](Run&, Context& context, double) {
    const ToyNumber number = context.take(kIn);
    context.take(kIn);
  });
  REQUIRE(result.cases[0].errors.size() == 1);
  CHECK(result.cases[0].errors[0].message == 
        "the node reads input 'in' after it has taken it in this firing; take an input once, after all reading of it");
  CHECK(kept == 0);
}

TEST_CASE("schedule: an input that was taken cannot be read again, whether it was copied or not") {
  const std::string shared = R"({
    "source": {"type": "toy.source"},
    "first": {"type": "toy.away", "inputs": {"in": "source.out"}},
    "other": {"type": "toy.add", "inputs": {"in": ["source.out", "first.out"]}}})";
  for (const std::string& nodes : {kChain, shared})
    for (const bool passes : {true, false}) {
      const RunResult result = run_hooked(nodes, 1, one_thread(), [&](Run&, Context& context, double) {
        const ToyNumber number = context.take(kIn);
        if (passes) context.pass(kIn, kOut);
        else context.emit(kOut, ToyNumber(context.in(kIn).value));
      });
      REQUIRE(result.cases[0].errors.size() == 1);
      CHECK(result.cases[0].errors[0].message.find("after it has taken it") != std::string::npos);
    }
}

TEST_CASE("schedule: the rest of a deferred firing does not find what was taken") {
  const RunResult result = run_hooked(kChain, 1, one_thread(), [](Run&, Context& context, double) {
    const ToyNumber number = context.take(kIn);
    context.defer()->resume([](Context& later) { later.emit(kOut, ToyNumber(later.in(kIn).value)); });
  });
  REQUIRE(result.cases[0].errors.size() == 1);
  CHECK(result.cases[0].errors[0].message == "input 'in' has nothing in this case");
}
