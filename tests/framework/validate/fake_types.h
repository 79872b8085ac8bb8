#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun::testing {

/// Node types without code, enough to check graphs: t.read, t.scale, t.pick, t.cut (streams), t.net, t.pair, t.gather (collects
/// chunks), t.sum (variadic), t.write and t.table (collects cases).
const Registry& fake_types();

/// What is wrong with a graph text, as a person reads it, one line each.
std::string faults_of(const std::string& text, const Settings& settings = {}, const std::string& file = "g.json");

/// The graph of a text that must be right; throws Error with its faults when it has errors.
std::shared_ptr<const ValidatedGraph> valid(const std::string& text, const Settings& settings = {},
                                            const std::string& file = "g.json");

std::string lines(const Diagnostics& faults);

const ValidatedNode& node(const ValidatedGraph& graph, const std::string& id);
const ParamExpression& param(const ValidatedGraph& graph, const std::string& id, const std::string& name);

/// One graph that is wrong, and all that is said about it.
struct WrongGraph {
  const char* what;
  const char* text;
  const char* faults;
};

// The graphs of wrong_names_test.cpp and wrong_values_test.cpp.
std::span<const WrongGraph> wrong_names();
std::span<const WrongGraph> wrong_values();

}  // namespace flowrun::testing
