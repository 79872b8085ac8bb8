#include "flowrun/sdk/large_memory.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <numeric>
#include <vector>

using flowrun::expect_large;
using flowrun::reserve_large;

TEST_CASE("reserve_large: room as by reserve, and what is there stays") {
  std::vector<float> values(3 << 20);
  std::iota(values.begin(), values.end(), 0.f);
  const std::vector<float> before = values;
  reserve_large(values, 5 << 20);
  CHECK(values.capacity() >= std::size_t{5} << 20);
  CHECK(values == before);
  values.resize(5 << 20);
  CHECK(values.back() == 0);
}

TEST_CASE("expect_large: memory that was written to keeps its contents; small memory, none, and errno are left alone") {
  std::vector<int> values(4 << 20, 7);
  errno = EDOM;
  expect_large(values.data(), values.size() * sizeof(int));
  expect_large(values.data(), 100);
  expect_large(nullptr, std::size_t{64} << 20);
  CHECK(errno == EDOM);
  CHECK(values == std::vector<int>(4 << 20, 7));
}
