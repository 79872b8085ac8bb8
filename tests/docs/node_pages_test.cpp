// docs/nodes is what 'flowrun docs' makes of the standard plugins, and the examples in it are right.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "flowrun/host/validated_graph.h"
#include "flowrun/testing/node_runner.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kPages = fs::path(FLOWRUN_SOURCE_DIR) / "docs" / "nodes";

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The texts of a folder's files, by name.
std::map<std::string, std::string> pages_of(const fs::path& folder) {
  std::map<std::string, std::string> pages;
  for (const auto& entry : fs::directory_iterator(folder)) pages[entry.path().filename().string()] = text_of(entry.path());
  return pages;
}

std::set<std::string> plugins_of_tree() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(FLOWRUN_SOURCE_DIR) / "plugins"))
    if (fs::exists(entry.path() / "plugin.cpp")) names.insert(entry.path().filename().string());
  return names;
}

/// The first plugin of this tree that the build left out, or nothing.
std::string left_out() {
  std::set<std::string> missing = plugins_of_tree();
  for (const PluginInfo& plugin : found_plugins().plugins())
    if (plugin.failure.empty()) missing.erase(plugin.name);
  return missing.empty() ? "" : *missing.begin();
}

TEST_CASE("docs/nodes: the pages are what 'flowrun docs' makes of the standard plugins" * doctest::test_suite("needs plugins")) {
  if (const std::string missing = left_out(); !missing.empty())
    return flowrun::testing::could_not_run("this build has no plugin '" + missing + "'");
  // In the tree's docs, so that the links to graphs are the same; removed at the end.
  const fs::path fresh = fs::path(FLOWRUN_SOURCE_DIR) / "docs" / (".nodes-" + std::to_string(::getpid()));
  const std::string command = "env -u FLOWRUN_PLUGIN_PATH '" FLOWRUN_EXECUTABLE "' docs '" + fresh.string() + "' --graphs '" +
                              FLOWRUN_SOURCE_DIR "/graphs'";
  CHECK(std::system(command.c_str()) == 0);
  const auto expected = pages_of(fresh), found = pages_of(kPages);
  fs::remove_all(fresh);
  INFO("make them anew with ./dev generate");
  std::set<std::string> names;
  for (const auto& [name, text] : expected) names.insert(name);
  for (const auto& [name, text] : found) names.insert(name);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(expected.count(name) == 1);
    CHECK(found.count(name) == 1);
    if (expected.count(name) && found.count(name)) CHECK(found.at(name) == expected.at(name));
  }
}

std::string example_of(const std::string& page) {
  const std::size_t begin = page.find("```json\n") + 8;
  return page.substr(begin, page.find("```", begin) - begin);
}

/// Gives every ${name} of a parameter a value of the right type, as a parameter of the graph; `text`: those of its conditions.
std::string parameters_for(const NodeType& type, const NodeSpec& node, std::string text) {
  for (const NamedLiteral& param : node.params) {
    const auto* written = std::get_if<std::string>(&param.value.value);
    const auto spec =
        std::find_if(type.params.begin(), type.params.end(), [&](const ParamSpec& one) { return one.name == param.name; });
    if (!written || spec == type.params.end()) continue;
    for (std::size_t at = written->find("${"); at != std::string::npos; at = written->find("${", at + 1)) {
      const std::string name = written->substr(at + 2, written->find('}', at) - at - 2);
      if (name == "case" || name == "out" || text.find("\"" + name + "\"") != std::string::npos) continue;
      const bool whole = written->front() == '$' && written->back() == '}';
      std::string description = "\"type\": \"string\", \"default\": \"x\"";
      if (whole && spec->default_value)
        description = "\"type\": \"" + std::string(to_string(spec->type)) + "\", \"default\": " + to_string(*spec->default_value);
      if (spec->type == ParamType::choice) description = "\"type\": \"string\", \"default\": \"" + spec->choices.front() + "\"";
      text += (text.empty() ? "" : ", ") + ("\"" + name + "\": { " + description + " }");
    }
  }
  return "\"parameters\": { " + text + " }";
}

/// The example in a graph whose other nodes are made up: each gives exactly what its readers take.
std::string graph_around(const std::string& example, const NodeType& type, const NodeSpec& node, Registry& registry) {
  std::map<std::string, NodeType> sources;
  std::string inputs;
  for (const InputSpec& input : node.inputs) {
    const auto port =
        std::find_if(type.inputs.begin(), type.inputs.end(), [&](const InputPort& one) { return one.name == input.port; });
    REQUIRE(port != type.inputs.end());
    const bool streams = port->collects && port->scope == Scope::chunk;
    for (const EndpointSpec& edge : input.sources) {
      REQUIRE_FALSE((edge.node.empty() && streams));
      if (edge.node.empty())  // a packet input of the example's graph
        inputs += (inputs.empty() ? "" : ", ") + ("\"" + edge.port + "\": { \"type\": \"" + port->payload + "\"" +
                                                  (port->variadic ? ", \"variadic\": true" : "") + " }");
      else
        sources[edge.node].outputs.push_back({.name = edge.port, .payload = port->payload, .help = "Made up", .stream = streams});
    }
  }
  std::string conditions;
  const auto add_number = [&](const EndpointSpec& edge) {
    sources[edge.node].outputs.push_back({.name = edge.port, .payload = std::string(Number::kType), .help = "Made up"});
  };
  for (const NumberSpec& number : node.numbers) add_number(number.source);
  for (const ConditionSpec& condition : node.when) {
    if (condition.number) add_number(*condition.number);
    else if (condition.kind == ConditionSpec::Kind::value)
      conditions += "\"" + condition.name.substr(2, condition.name.size() - 3) + "\": { \"type\": \"boolean\", \"default\": true }";
    else
      inputs += (inputs.empty() ? "" : ", ") + ("\"" + condition.name + "\": { \"type\": \"path\", \"required\": false }");
  }
  std::string nodes = example;
  for (auto& [id, source] : sources) {
    source.name = "made_up." + id;
    source.summary = "Made up";
    registry.add_type(source, "made_up");
    nodes += ", \"" + id + "\": { \"type\": \"" + source.name + "\" }";
  }
  return "{ \"format\": 1, " + parameters_for(type, node, conditions) + ", \"inputs\": { " + inputs + " }, \"nodes\": { " + nodes + " } }";
}

/// What is wrong with an example, apart from files that are not there and inputs that only a subgraph has.
std::string faults_of_example(const std::string& example, const NodeType& type) {
  Diagnostics form;
  const auto alone = parse_graph("{ \"format\": 1, \"nodes\": { " + example + " } }", "example", form);
  if (!alone || form.has_errors() || alone->nodes.size() != 1) return "it is not one node";
  if (alone->nodes.front().type != type.name) return "it is of another type";
  Registry registry;
  registry.scan(FLOWRUN_TEST_PLUGINS);
  const std::string text = graph_around(example, type, alone->nodes.front(), registry);
  Diagnostics faults;
  const auto graph = parse_graph(text, "example", faults);
  Settings settings;
  settings.files_must_exist = false;
  if (graph) validate(*graph, registry, settings, faults);
  std::string found;
  for (const Diagnostic& fault : faults.all())
    if (fault.severity == Severity::error &&
        fault.message.find("so it can only be used inside another graph") == std::string::npos)
      found += to_string(fault) + "\n";
  return found;
}

TEST_CASE("docs/nodes: the example of every page is right for its type") {
  int checked = 0;
  for (const auto& [name, page] : pages_of(kPages)) {
    const RegisteredType* known = found_plugins().find(name.substr(0, name.size() - 3));
    if (!known) continue;  // the list, or a type that this build left out
    CAPTURE(name);
    CHECK(faults_of_example(example_of(page), known->type) == "");
    ++checked;
  }
  CHECK(checked > 10);
}

TEST_CASE("docs/nodes: an example that is wrong would be found") {
  const NodeType& type = found_plugins().find("segment.threshold")->type;
  const auto example = [](const std::string& inputs, const std::string& params) {
    return "\"a\": { \"type\": \"segment.threshold\", \"inputs\": { " + inputs + " }, \"params\": { " + params + " } }";
  };
  CHECK(faults_of_example(example(R"("volume": "b.map")", R"("above": "${t}")"), type) == "");
  CHECK(faults_of_example(example(R"("volume": "b.map")", R"("abov": 1)"), type) != "");
  CHECK(faults_of_example(example(R"("volume": "b.map")", R"("above": "x")"), type) != "");
  CHECK(faults_of_example(example("", R"("above": 1)"), type) != "");
}

}  // namespace
}  // namespace flowrun::testing
