#include <doctest/doctest.h>

#include "conformance/built_plugins.h"
#include "conformance/text_style.h"
#include "flowrun/host/validated_graph.h"

namespace {

using namespace flowrun;
using namespace flowrun::testing;

constexpr std::size_t kLongestSummary = 100;
constexpr std::size_t kLongestHelp = 200;

/// Calls check(type) for every node type of every plugin.
template <class Check>
void for_each_type(Check check) {
  for (const RegisteredType* known : scanned_plugins().registry.types()) {
    CAPTURE(known->type.name);
    check(known->type);
  }
}

}  // namespace

TEST_CASE("conformance: every node type has a one-line summary and details") {
  for_each_type([](const NodeType& type) {
    CHECK(sentence_fault(type.summary, kLongestSummary) == "");
    CHECK_FALSE(type.details.empty());
  });
}

TEST_CASE("conformance: every port has help of one sentence") {
  for_each_type([](const NodeType& type) {
    for (const InputPort& port : type.inputs) CHECK_MESSAGE(sentence_fault(port.help, kLongestHelp) == "", "input ", port.name);
    for (const OutputPort& port : type.outputs)
      CHECK_MESSAGE(sentence_fault(port.help, kLongestHelp) == "", "output ", port.name);
  });
}

TEST_CASE("conformance: every parameter has help of one sentence and a well formed unit") {
  for_each_type([](const NodeType& type) {
    for (const ParamSpec& spec : type.params) {
      CHECK_MESSAGE(sentence_fault(spec.help, kLongestHelp) == "", "parameter ", spec.name);
      CHECK_MESSAGE(unit_fault(spec.unit) == "", "parameter ", spec.name);
    }
  });
}

TEST_CASE("conformance: every default passes the check that a graph's values pass") {
  for_each_type([](const NodeType& type) {
    for (const ParamSpec& spec : type.params) {
      if (!spec.default_value) continue;
      ParamValue value = *spec.default_value;
      CHECK_MESSAGE(check_value(spec, value) == "", "parameter ", spec.name);
    }
  });
}

TEST_CASE("conformance: a node type has something to do: an input, an output or a parameter") {
  for_each_type([](const NodeType& type) { CHECK(type.inputs.size() + type.outputs.size() + type.params.size() > 0); });
}
