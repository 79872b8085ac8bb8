#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "cnn/dense/plan.h"
#include "made_up_network.h"

namespace flowrun::testing {
namespace {

using dense::AxisPlan;
using dense::TapRange;

AxisPlan method_axis() { return dense::plan_axis(made_up_network(method_sizes(false)), 0); }

std::vector<NetworkSizes> all_sizes() {
  std::vector<NetworkSizes> all = odd_sizes();
  all.push_back(method_sizes(true));
  return all;
}

TEST_CASE("the method's first convolution sees four tap ranges and its first pooling makes three kinds of cells") {
  const AxisPlan plan = method_axis();
  CHECK(plan.tap_ranges == std::vector<TapRange>{{2, 4}, {1, 4}, {0, 4}, {0, 3}});
  REQUIRE(plan.kinds.size() == 3);
  CHECK(plan.cells == 7);
  CHECK(plan.kinds[0].members == std::vector<int>{0, 1});
  CHECK(plan.kinds[1].members == std::vector<int>{2, 2});
  CHECK(plan.kinds[1].first_cell == 1);
  CHECK(plan.kinds[1].last_cell == 5);
  CHECK(plan.kinds[2].members == std::vector<int>{2, 3});
  CHECK(plan.last_position() == 13);
}

TEST_CASE("the method's second convolution needs ten products along an axis instead of twenty-six") {
  const AxisPlan plan = method_axis();
  REQUIRE(plan.outputs.size() == 6);  // the seventh is not pooled
  std::size_t terms = 0;
  for (const auto& output : plan.outputs) terms += output.size();
  CHECK(terms == 26);
  CHECK(plan.uses.size() == 10);
  CHECK(plan.steps.size() == 19);
  CHECK(plan.kinds[0].taps == TapRange{0, 2});
  CHECK(plan.kinds[1].taps == TapRange{0, 4});
  CHECK(plan.kinds[2].taps == TapRange{3, 4});
  CHECK(plan.pools == std::vector<std::vector<int>>{{0, 1}, {2, 3}, {4, 5}});
}

TEST_CASE("chains add up every output from its terms, each once, by rising cell") {
  for (const NetworkSizes& sizes : all_sizes()) {
    CAPTURE(sizes.name);
    for (int axis = 0; axis < 3; ++axis) {
      const AxisPlan plan = dense::plan_axis(made_up_network(sizes), axis);
      std::set<int> completed;
      for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        for (const auto& [output, cell] : plan.steps[i].outputs) {
          CHECK(completed.insert(output).second);
          const auto& terms = plan.outputs[static_cast<std::size_t>(output)];
          int step = static_cast<int>(i);
          for (std::size_t t = terms.size(); t-- > 0; step = plan.steps[static_cast<std::size_t>(step)].parent) {
            REQUIRE(step >= 0);
            const dense::ChainStep& at = plan.steps[static_cast<std::size_t>(step)];
            CHECK(at.kind == terms[t].kind);
            CHECK(at.tap == terms[t].tap);
            CHECK(std::count(at.cells.begin(), at.cells.end(), terms[t].cell) == 1);
          }
          CHECK(step == -1);
          CHECK(cell == terms.back().cell);
        }
      }
      CHECK(completed.size() == plan.outputs.size());
    }
  }
}

TEST_CASE("products come in an order in which a step never overwrites what another still reads") {
  for (const NetworkSizes& sizes : all_sizes()) {
    CAPTURE(sizes.name);
    const AxisPlan plan = dense::plan_axis(made_up_network(sizes), 1);
    std::map<int, std::size_t> turn;
    for (std::size_t use = 0; use < plan.uses.size(); ++use) {
      for (const int step : plan.uses[use].steps) turn[step] = use;
    }
    CHECK(turn.size() == plan.steps.size());
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      const int parent = plan.steps[i].parent;
      if (parent < 0) continue;
      CHECK(parent < static_cast<int>(i));
      CHECK(turn[static_cast<int>(i)] < turn[parent]);
      CHECK(plan.steps[static_cast<std::size_t>(parent)].continued);
    }
  }
}

TEST_CASE("every kind of line has its taps, once, between it and the lines it builds on") {
  for (const NetworkSizes& sizes : all_sizes()) {
    CAPTURE(sizes.name);
    const dense::Plan plan = dense::make_plan(made_up_network(sizes));
    for (std::size_t i = 0; i < plan.lines.size(); ++i) {
      std::multiset<std::array<int, 2>> taps;
      for (int line = static_cast<int>(i); line >= 0; line = plan.lines[static_cast<std::size_t>(line)].parent) {
        CHECK((line == static_cast<int>(i) || line < static_cast<int>(i)));
        const auto& more = plan.lines[static_cast<std::size_t>(line)].taps;
        taps.insert(more.begin(), more.end());
      }
      const TapRange& x = plan.axes[0].tap_ranges[static_cast<std::size_t>(plan.lines[i].x)];
      const TapRange& y = plan.axes[1].tap_ranges[static_cast<std::size_t>(plan.lines[i].y)];
      CHECK(taps.size() == static_cast<std::size_t>(x.count() * y.count()));
      for (const auto& tap : taps) CHECK((x.contains(tap[0]) && y.contains(tap[1]) && taps.count(tap) == 1));
    }
  }
}

TEST_CASE("a patch of which nothing is left, and sizes beyond the limits, are refused") {
  NetworkSizes small = method_sizes(false);
  dense::PatchNetwork network = made_up_network(small);
  network.patch = {15, 3, 15};
  CHECK_THROWS_WITH_AS(dense::plan_axis(network, 1), "along axis y its layers leave nothing of a patch of 3 voxels", std::invalid_argument);
  network.patch = {65, 15, 15};
  CHECK_THROWS_WITH_AS(dense::check_limits(network), "its patch has more than 63 voxels along axis x", std::invalid_argument);
  network.patch = {15, 15, 15};
  network.poolings[0].stride[2] = 5;
  CHECK_THROWS_AS(dense::check_limits(network), std::invalid_argument);
}

}  // namespace
}  // namespace flowrun::testing
