// Lines that nodes print for whoever watches.
#include "flowrun/sdk/terminal_lines.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "flowrun/sdk/ports.h"
#include "support/toy_nodes.h"

using namespace toy;

namespace {

constexpr Input<ToyNumber> kIn{"in", "a number"};
constexpr Output<ToyNumber> kOut{"out", "a number"};

const std::string kNodes = R"({
  "source": {"type": "toy.source"},
  "speak": {"type": "toy.away", "inputs": {"in": "source.out"}},
  "seen": {"type": "toy.sink", "inputs": {"in": "speak.out"}}})";

}  // namespace

TEST_CASE("schedule: a node's lines reach the host as they come, and no result keeps them") {
  std::mutex mutex;
  std::vector<std::string> lines;
  bool offered = false;
  const auto run_with = [&](const Run::OnLine& on_line) {
    toy::reset();
    hook = [&](Context& context, double value) {
      offered = context.extension(TerminalLines::kExtension) != nullptr;
      print_line(context, "at " + std::to_string(static_cast<int>(value)));
      context.emit(kOut, ToyNumber(context.in(kIn)));
    };
    Registry types = registry();
    Run run(graph(kNodes, types), types, {});
    if (on_line) run.on_line(on_line);
    return run.execute(make_cases(2));
  };
  const RunResult result = run_with([&](std::string_view node, std::string_view of_case, std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.push_back(std::string(node) + "/" + std::string(of_case) + "/" + std::string(line));
  });
  std::sort(lines.begin(), lines.end());
  CHECK(offered);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("speak/case0/at "));
  CHECK(lines[1].starts_with("speak/case1/at "));
  for (const CaseResult& one : result.cases) {
    CHECK(one.status == CaseStatus::done);
    CHECK(one.warnings.empty());
    CHECK(one.reports.empty());
  }
  CHECK(run_with({}).cases[0].status == CaseStatus::done);  // a host without a place for lines: the node continues
  CHECK_FALSE(offered);
  CHECK(lines.size() == 2);
  hook = nullptr;
}
