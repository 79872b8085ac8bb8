#include <doctest/doctest.h>

#include "include_rules.h"

using namespace flowrun::testing;

TEST_CASE("rooms: every include of the project keeps the rules of docs/architecture.md") {
  const std::vector<Include> includes = includes_of_tree(FLOWRUN_SOURCE_DIR);
  REQUIRE(includes.size() > 100);
  for (const Include& include : includes) {
    const std::string broken = broken_rule(include);
    CHECK_MESSAGE(broken.empty(), include.file, ":", include.line, ": includes ", include.target, ", but ", broken);
  }
}
