#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

TEST_CASE("first: passes the first packet that is there on, whatever kind it is") {
  Number number;
  number.value = 7;
  NodeRunner runner("core.first");
  runner.input("items", PayloadPtr()).input("items", number).input("items", volume_of({1, 2}));
  runner.run();
  CHECK(runner.output<Number>("item").value == 7);
  CHECK(runner.reports().at("taken") == 2);
}

TEST_CASE("first: nothing at all is an error of the one that runs it") {
  NodeRunner runner("core.first");
  runner.input("items", PayloadPtr());
  CHECK(runner.error_of_run() == "nothing came at input 'items'");
}

}  // namespace
}  // namespace flowrun::testing
