// Test cases that could not run, for check.sh.
#include <doctest/doctest.h>

#include "support/needs.h"

using flowrun::testing::could_not_run;

TEST_CASE("runs") { CHECK(true); }

TEST_CASE("lacks" * doctest::test_suite("needs a moon")) { could_not_run("there is no moon"); }

TEST_CASE("fails and lacks" * doctest::test_suite("needs a sun")) {
  CHECK(false);
  could_not_run("there is no sun");
}

TEST_CASE("hidden") { could_not_run("nobody is to see it"); }
