#include "registry/description.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "bad_plugins/plugin_folder.h"
#include "flowrun/host/registry.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/testing/node_runner.h"

namespace {

using namespace flowrun;
using namespace flowrun::registry;
using namespace flowrun::testing;
namespace fs = std::filesystem;

std::string fault_of(const std::string& text) {
  return thrown_by([&] { parse_description(text); });
}

std::vector<std::string> names_of(const Registry& registry) {
  std::vector<std::string> names;
  for (const RegisteredType* type : registry.types()) names.push_back(type->type.name);
  return names;
}

}  // namespace

TEST_CASE("description: missing keys have defaults, unknown ones are kept") {
  const Description description = parse_description(R"({"node_types": [{"name": "a.b", "summary": "S", "new": [1]}], "newer": 2})");
  REQUIRE(description.types.size() == 1);
  CHECK(description.types[0].details.empty());
  CHECK(description.types[0].inputs.empty());
  CHECK_FALSE(description.types[0].concurrent);
  CHECK(description.tree.find("newer")->integer() == 2);
}

TEST_CASE("description: what a plugin writes is what the host reads") {
  NodeType type{.name = "a.b", .summary = "\"S\"\n\t\x01", .details = "\u00e4"};
  type.inputs = {Input<Volume>{"image", "An image"}, OptionalInput<Mask>{"mask", "A mask"}, VariadicInput<Volume>{"more", "More"},
                 CollectingInput<Scores>{"scores", Scope::chunk, "Scores"}};
  type.outputs = {Output<Labels>{"labels", "Labels"}, StreamOutput<Scores>{"parts", "Parts"}};
  type.params = {{.name = "x", .default_value = 3.0, .help = "X", .min = -1e-300, .max = 0.1 + 0.2},
                 {.name = "n", .type = ParamType::integers, .default_value = std::vector<std::int64_t>{1, INT64_MAX}, .help = "N"}};
  const NodeType back = parse_description(description_text({type})).types.at(0);
  CHECK(back.summary == type.summary);
  CHECK(back.details == type.details);
  CHECK(back.inputs[0].payload == "flowrun.volume/1");
  CHECK(back.inputs[0].required);
  CHECK_FALSE(back.inputs[1].required);
  CHECK(back.inputs[2].variadic);
  CHECK(back.inputs[3].collects);
  CHECK(back.inputs[3].scope == Scope::chunk);
  CHECK(back.outputs[1].stream);
  CHECK(back.params[0].default_value == ParamValue(3.0));
  CHECK(back.params[0].min == -1e-300);
  CHECK(back.params[0].max == 0.1 + 0.2);
  CHECK(back.params[1].default_value == type.params[1].default_value);
}

TEST_CASE("description: a text that is no description is refused with a sentence") {
  CHECK(fault_of("").rfind("gives a description that is not JSON: ", 0) == 0);
  CHECK(fault_of("[]") == "describes its node types wrongly: 'node_types' should be a list");
  CHECK(fault_of(R"({"node_types": [3]})") == "describes its node types wrongly: expected an object in 'node_types'");
  CHECK(fault_of(R"({"node_types": [{"name": "a.b"}]})") ==
        "describes its node types wrongly: node type 'a.b': 'summary' should be text");
  CHECK(fault_of(R"({"node_types": [{"name": "a.b", "summary": "S", "cuda": 1}]})") ==
        "describes its node types wrongly: node type 'a.b': 'cuda' should be true or false");
  CHECK(fault_of(R"({"node_types": [{"name": "a.b", "summary": "S", "params":
                  [{"name": "x", "type": "integer", "default": "1", "help": "X"}]}]})") ==
        "describes its node types wrongly: node type 'a.b', parameter 'x': its default is not of its type, integer");
}

TEST_CASE("description: a plugin names the part of its description that cannot be written") {
  const auto refusal = [](const std::function<void(NodeType&)>& spoil) {
    NodeType type{.name = "a.b", .summary = "S"};
    type.inputs = {{"in", "flowrun.volume/1", "Any image"}};
    type.params = {{.name = "x", .type = ParamType::number, .default_value = 1.0, .help = "X"}};
    spoil(type);
    return thrown_by([&] { description_text({type}, {}, {}); });
  };
  const std::string end = " is not UTF-8 text; save the source as UTF-8";
  for (const char* bad : {"\xff", "caf\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    CHECK(refusal([&](NodeType& type) { type.summary = bad; }) == "node type 'a.b': its summary" + end);
    CHECK(refusal([&](NodeType& type) { type.inputs[0].help = bad; }) == "node type 'a.b', input 'in': its help" + end);
  }
  CHECK(refusal([](NodeType& type) { type.params[0].default_value = std::string("\xfe"); }) ==
        "node type 'a.b', parameter 'x': its default" + end);
  CHECK(refusal([](NodeType& type) { type.params[0].max = std::nan(""); }) ==
        "node type 'a.b', parameter 'x': its max is not a finite number");
  CHECK(refusal([](NodeType& type) { type.summary = "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xa0"; }) == "");
}

TEST_CASE("description: of a newer plugin, all that this host understands can be used, and the rest says what it needs") {
  const PluginFolder folder;
  const fs::path file = folder.add("newer");
  Registry registry;
  registry.add_library(file);
  CHECK(failure_of(file) == "");
  CHECK(names_of(registry) == std::vector<std::string>{"newer.bare", "newer.plain"});
  CHECK(registry.create("newer.plain") != nullptr);
  CHECK(thrown_by([&] { registry.create("newer.bare"); }) ==
        "node type 'newer.bare' of '" + file.string() + "' could not create a node: a sentence of the plugin");
  const std::string end = ", which this flowrun does not know; use a newer flowrun", start = "'" + file.string() + "': node type '";
  CHECK(registry.conflict("newer.with_need") == start + "newer.with_need' needs 'time_travel/1'" + end);
  CHECK(registry.conflict("newer.with_scope") == start + "newer.with_scope' needs scope 'site'" + end);
  CHECK(registry.conflict("newer.with_type") == start + "newer.with_type' needs parameters of type 'spline'" + end);
}

TEST_CASE("description: one plugin makes its types from a file beside it, and is described again when that file changes") {
  const PluginFolder folder;
  const fs::path file = folder.add("from_file");
  folder.write("from_file.so.types", "one\nthree\n");
  {
    Registry registry;
    registry.add_library(file);
    REQUIRE(failure_of(file) == "");
    CHECK(names_of(registry) == std::vector<std::string>{"from_file.one", "from_file.three"});
  }
  folder.write("from_file.so.types", "one\nthree\nsix\n");
  Registry registry;
  registry.add_library(file);
  CHECK(names_of(registry) == std::vector<std::string>{"from_file.one", "from_file.six", "from_file.three"});
  NodeRunner runner(registry, "from_file.three");
  runner.run();
  CHECK(runner.output<Number>("number").value == 5);
}
