// Sums that do not depend on the order of what is added.
#include "schedule/exact_sum.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace flowrun::schedule {
namespace {

double sum_of(const std::vector<double>& numbers) {
  ExactSum sum;
  for (const double number : numbers) sum.add(number);
  return sum.value();
}

TEST_CASE("exact sum: the same in any order, and rounded once") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> numbers;
    for (int i = 0; i < 30; ++i)
      numbers.push_back(std::ldexp(std::uniform_real_distribution<double>(-1, 1)(random), static_cast<int>(random() % 120) - 60));
    const double first = sum_of(numbers);
    for (int order = 0; order < 5; ++order) {
      std::shuffle(numbers.begin(), numbers.end(), random);
      CHECK(sum_of(numbers) == first);
    }
  }
  CHECK(sum_of({1e100, 1, -1e100}) == 1);
  CHECK(sum_of({1, 1e-16, 1e-16}) == 1 + 2e-16);
  CHECK(sum_of({0.1, 0.2, 0.3}) == sum_of({0.3, 0.2, 0.1}));
  CHECK(sum_of({}) == 0);
}

TEST_CASE("exact sum: what is not finite stays so") {
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(sum_of({1, infinite, 2}) == infinite);
  CHECK(std::isnan(sum_of({infinite, -infinite})));
  CHECK(std::isnan(sum_of({1, std::nan(""), 2})));
  CHECK(sum_of({1e308, 1e308}) == infinite);
}

}  // namespace
}  // namespace flowrun::schedule
