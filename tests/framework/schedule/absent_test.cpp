// Cases that lack an input: nodes that have nothing to work on do not fire, and the others do.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

/// `given` reads the case input n, which case1 lacks; `always` reads nothing.
const std::string kStart = R"({
  "given": {"type": "toy.source", "params": {"value": "${n}"}},
  "always": {"type": "toy.source", "params": {"value": 100}},)";

struct Ran {
  std::shared_ptr<const ValidatedGraph> graph;
  RunResult result;

  /// The nodes that case1 left out, by their names, in order.
  std::vector<std::string> left_out() const {
    std::vector<std::string> names;
    for (const LeftOutNode& one : result.cases[1].left_out) names.push_back(graph->nodes[one.node].id);
    std::sort(names.begin(), names.end());
    return names;
  }
};

/// Runs three cases of a graph, of which case1 has no n.
Ran run_without_n(const std::string& nodes, int threads) {
  Registry types = registry();
  auto changed = std::make_shared<ValidatedGraph>(*graph(kStart + nodes + "}", types));
  for (ValidatedNode& node : changed->nodes)
    if (node.id == "given") node.optional_inputs = {"n"};
  std::vector<Case> cases = make_cases(3);
  cases[1].inputs.clear();
  reset();
  RunOptions options;
  options.threads = threads;
  Run running(changed, types, options);
  Ran ran{changed, running.execute(cases)};
  for (const CaseResult& one : ran.result.cases) CHECK(one.status == CaseStatus::done);
  CHECK(ran.result.cases[0].left_out.empty());
  CHECK(ToyNumber::alive == 0);
  return ran;
}

std::vector<double> values_of_case1(const std::string& sink) {
  std::vector<double> values;
  for (const Seen& one : seen_by(sink))
    if (one.case_name == "case1") values.push_back(one.value);
  return values;
}

}  // namespace

TEST_CASE("schedule: what needs an absent input is left out with all that needs it in turn, and the rest of the case runs") {
  for (const int threads : {1, 4}) {
    const Ran ran = run_without_n(R"(
      "work": {"type": "toy.work", "inputs": {"in": "given.out"}},
      "both": {"type": "toy.add", "inputs": {"in": ["work.out", "always.out"]}},
      "both_seen": {"type": "toy.sink", "inputs": {"in": "both.out"}},
      "seen": {"type": "toy.sink", "inputs": {"in": "always.out"}})", threads);
    CHECK(ran.left_out() == std::vector<std::string>{"both", "both_seen", "given", "work"});
    CHECK(seen_by("both_seen").size() == 2);
    CHECK(values_of_case1("seen") == std::vector<double>{100});
  }
}

TEST_CASE("schedule: a node that no case runs is not opened when the run says so") {
  Registry types = registry();
  auto changed = std::make_shared<ValidatedGraph>(*graph(kStart + R"(
    "broken": {"type": "toy.wrong_open", "inputs": {"in": "given.out"}, "params": {"how": "error"}},
    "broken_seen": {"type": "toy.sink", "inputs": {"in": "broken.out"}},
    "seen": {"type": "toy.sink", "inputs": {"in": "always.out"}}})", types));
  RunOptions options;
  for (ValidatedNode& node : changed->nodes) {
    if (node.id == "given") node.optional_inputs = {"n"};
    options.unused.push_back(node.id != "always" && node.id != "seen");
  }
  std::vector<Case> cases = make_cases(2);
  for (Case& one : cases) one.inputs.clear();
  reset();
  CHECK_THROWS_WITH_AS(Run(changed, types, {}), doctest::Contains("could not be opened"), Error);
  const RunResult result = Run(changed, types, options).execute(cases);
  for (const CaseResult& one : result.cases) CHECK(one.status == CaseStatus::done);
  CHECK(seen_by("seen").size() == 2);
}

TEST_CASE("schedule: an optional input and a list that takes a part of its edges are given what is there") {
  const Ran ran = run_without_n(R"(
    "optional": {"type": "toy.add", "inputs": {"in": ["always.out"], "offset": "given.out"}},
    "some": {"type": "toy.add_some", "inputs": {"in": ["given.out", "always.out", "always.out"]}},
    "none": {"type": "toy.add_some", "inputs": {"in": ["given.out"]}},
    "optional_seen": {"type": "toy.sink", "inputs": {"in": "optional.out"}},
    "none_seen": {"type": "toy.sink", "inputs": {"in": "none.out"}},
    "some_seen": {"type": "toy.sink", "inputs": {"in": "some.out"}})", 2);
  CHECK(ran.left_out() == std::vector<std::string>{"given", "none", "none_seen"});
  CHECK(values_of_case1("optional_seen") == std::vector<double>{100});
  CHECK(values_of_case1("some_seen") == std::vector<double>{200});
}

TEST_CASE("schedule: a stream of nothing has no chunks, and what collects them is left out") {
  for (const int threads : {1, 4}) {
    const Ran ran = run_without_n(R"(
      "split": {"type": "toy.split", "inputs": {"in": "given.out"}},
      "work": {"type": "toy.work", "inputs": {"in": "split.out"}},
      "fold": {"type": "toy.fold", "inputs": {"in": "work.out"}},
      "seen": {"type": "toy.sink", "inputs": {"in": "fold.out"}},
      "cases": {"type": "toy.fold_cases", "inputs": {"in": "fold.out"}},
      "all": {"type": "toy.sink", "inputs": {"in": "cases.out"}})", threads);
    CHECK(ran.left_out() == std::vector<std::string>{"fold", "given", "seen", "split"});
    CHECK(seen_by("seen").size() == 2);
    CHECK(seen_by("all").size() == 1);
  }
}
