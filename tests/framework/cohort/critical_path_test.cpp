#include <doctest/doctest.h>

#include "flowrun/host/critical_path.h"
#include "support/some_records.h"

using namespace flowrun;

namespace {

std::vector<std::string> words(const std::vector<PathStep>& path) {
  std::vector<std::string> text;
  for (const PathStep& step : path) text.push_back(step.busiest + "/" + std::to_string(step.nodes.size()));
  return text;
}

}  // namespace

TEST_CASE("critical_path: goes back from the last end over the input that came last, and its seconds add up to that end") {
  const std::vector<NodeSpan> nodes{{"fast", {}, true, 0, 1, 1},         {"slow", {}, true, 0, 3, 3},
                                    {"join", {0, 1}, true, 3.5, 4, 0.5}, {"side", {0}, true, 1, 2, 1},
                                    {"never", {2}, false, 0, 0, 0},      {"end", {2, 3}, true, 4, 10, 6}};
  const auto path = critical_path(nodes);
  CHECK(words(path) == std::vector<std::string>{"slow/1", "join/1", "end/1"});
  CHECK(path[0].seconds == doctest::Approx(3));
  CHECK(path[1].seconds == doctest::Approx(1));  // half of it waiting
  CHECK(path[2].seconds == doctest::Approx(6));
  CHECK(path_text(path) == "slow 3.00 s > join 1.00 s > end 6.00 s");
}

TEST_CASE("critical_path: nodes of a stream that run side by side are one step, named after the busiest") {
  const std::vector<NodeSpan> nodes{{"read", {}, true, 0, 1, 1},
                                    {"patches", {0}, true, 1, 8, 1},
                                    {"network", {1}, true, 1.5, 9, 14},
                                    {"scatter", {2}, true, 2, 9.5, 0.2},
                                    {"write", {3}, true, 9.5, 9.6, 0.1}};
  const auto path = critical_path(nodes);
  CHECK(words(path) == std::vector<std::string>{"read/1", "network/3", "write/1"});
  CHECK(path[1].seconds == doctest::Approx(8.5));
  CHECK(path_text(path) == "read 1.00 s > network (with 2 streamed beside it) 8.50 s, others 0.10 s");
}

TEST_CASE("critical_path: of a record, by the inputs that it names; nothing that ran gives no path") {
  CaseRecord record = flowrun::testing::record_of("a");
  for (std::size_t i = 0; i < record.nodes.size(); ++i) {
    record.nodes[i].begin_s = static_cast<double>(i);
    record.nodes[i].end_s = static_cast<double>(i) + 0.5;
  }
  CHECK(words(critical_path(spans_of(record))) == std::vector<std::string>{"read/1", "montage/1"});
  for (NodeRecord& node : record.nodes) node.firings = 0;
  CHECK(critical_path(spans_of(record)).empty());
  CHECK(path_text({}).empty());
}
