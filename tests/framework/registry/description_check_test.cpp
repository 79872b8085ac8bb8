#include "registry/description_check.h"

#include <doctest/doctest.h>

#include <cmath>

#include "flowrun/sdk/node.h"

namespace {

using namespace flowrun;
using registry::description_faults;
using Sentences = std::vector<std::string>;

/// The faults of types as a host reads them from their text.
Sentences faults_of(const std::vector<NodeType>& types) {
  registry::Description description;
  description.types = types;
  return description_faults("lab", description);
}

NodeType right_type() {
  NodeType type{.name = "lab.count", .summary = "Counts"};
  type.inputs = {{.name = "mask", .payload = "flowrun.mask/1", .help = "A mask"}};
  type.outputs = {{.name = "table", .payload = "flowrun.table/1", .help = "A table"}};
  type.params = {{.name = "limit", .type = ParamType::number, .default_value = 0.5, .help = "A limit", .min = 0, .max = 1}};
  return type;
}

/// The faults of the right type after one edit.
template <class Edit>
Sentences faults_after(Edit edit) {
  NodeType type = right_type();
  edit(type);
  return faults_of({type});
}

/// The faults of one parameter, without "node type 'lab.count', parameter 'p': ".
Sentences faults_of_param(ParamSpec spec) {
  spec.name = "p";
  if (spec.help.empty()) spec.help = "A parameter";
  Sentences faults = faults_after([&](NodeType& type) { type.params = {spec}; });
  const std::string start = "node type 'lab.count', parameter 'p': ";
  for (std::string& fault : faults) {
    REQUIRE(fault.rfind(start, 0) == 0);
    fault.erase(0, start.size());
  }
  return faults;
}

const std::string kNotSnake = " is not in snake_case (a letter, then letters, digits and '_')";

}  // namespace

TEST_CASE("description_check: a right description has no fault") {
  CHECK(faults_of({right_type()}).empty());
}

TEST_CASE("description_check: names of node types are checked") {
  CHECK(faults_after([](NodeType& t) { t.name = "other.count"; }) ==
        Sentences{"node type 'other.count': its name must begin with 'lab.'"});
  CHECK(faults_after([](NodeType& t) { t.name = "lab"; }) == Sentences{"node type 'lab': its name must begin with 'lab.'"});
  CHECK(faults_after([](NodeType& t) { t.name = "lab."; }) == Sentences{"node type 'lab.': its name after the dot" + kNotSnake});
  CHECK(faults_after([](NodeType& t) { t.name = "lab.Count"; }) ==
        Sentences{"node type 'lab.Count': its name after the dot" + kNotSnake});
  CHECK(faults_of({right_type(), right_type()}) ==
        Sentences{"node type 'lab.count': it is described twice"});
  CHECK(faults_of({}) == Sentences{"it describes no node type"});
}

TEST_CASE("description_check: summary and help are asked for") {
  CHECK(faults_after([](NodeType& t) { t.summary = ""; }) == Sentences{"node type 'lab.count': its summary is empty"});
  CHECK(faults_after([](NodeType& t) { t.inputs[0].help = ""; }) ==
        Sentences{"node type 'lab.count', input 'mask': its help is empty"});
  CHECK(faults_after([](NodeType& t) { t.outputs[0].help = ""; }) ==
        Sentences{"node type 'lab.count', output 'table': its help is empty"});
  CHECK(faults_after([](NodeType& t) { t.params[0].help = ""; }) ==
        Sentences{"node type 'lab.count', parameter 'limit': its help is empty"});
}

TEST_CASE("description_check: names of ports and parameters are well formed and unique, each kind by itself") {
  CHECK(faults_after([](NodeType& t) { t.inputs[0].name = ""; }) ==
        Sentences{"node type 'lab.count', input '': its name" + kNotSnake});
  CHECK(faults_after([](NodeType& t) { t.outputs[0].name = "a b"; }) ==
        Sentences{"node type 'lab.count', output 'a b': its name" + kNotSnake});
  CHECK(faults_after([](NodeType& t) { t.params.push_back(t.params[0]); }) ==
        Sentences{"node type 'lab.count', parameter 'limit': a name that is there twice"});
  CHECK(faults_after([](NodeType& t) { t.inputs.push_back(t.inputs[0]); }) ==
        Sentences{"node type 'lab.count', input 'mask': a name that is there twice"});
  CHECK(faults_after([](NodeType& t) { t.outputs[0].name = t.params[0].name = "mask"; }).empty());
}

TEST_CASE("description_check: payloads and scopes of ports are checked") {
  CHECK(faults_after([](NodeType& t) { t.inputs[0].payload = "Mask"; }) ==
        Sentences{
            "node type 'lab.count', input 'mask': its payload 'Mask' is not of the form owner.name/1, as in 'flowrun.volume/1'"});
  const Sentences no_scope{"node type 'lab.count', input 'mask': it collects, so its scope must be chunk or case"};
  CHECK(faults_after([](NodeType& t) { t.inputs[0].collects = true; }) == no_scope);
  CHECK(faults_after([](NodeType& t) { t.inputs[0].collects = true, t.inputs[0].scope = Scope::run; }) == no_scope);
  CHECK(faults_after([](NodeType& t) { t.inputs[0].collects = true, t.inputs[0].scope = Scope::per_case; }).empty());
  CHECK(faults_after([](NodeType& t) { t.inputs[0].scope = static_cast<Scope>(9); }) ==
        Sentences{"node type 'lab.count', input 'mask': its scope is unknown to this flowrun"});
}

TEST_CASE("description_check: a default is of its type and within its range") {
  CHECK(faults_of_param({.type = ParamType::number, .default_value = std::string("1")}) ==
        Sentences{"its default is not of type number"});
  CHECK(faults_of_param({.type = ParamType::integer, .default_value = 1.0}) == Sentences{"its default is not of type integer"});
  CHECK(faults_of_param({.type = ParamType::number, .default_value = 2.0, .max = 1}) ==
        Sentences{"its default 2 is above its max 1"});
  CHECK(faults_of_param({.type = ParamType::integers, .default_value = std::vector<std::int64_t>{1, -1}, .min = 0}) ==
        Sentences{"its default [1, -1] is below its min 0"});
  CHECK(faults_of_param({.type = ParamType::number, .default_value = std::nan("")}) ==
        Sentences{"its default nan is no finite number"});
  CHECK(faults_of_param({.type = ParamType::number, .min = 0, .max = 1}).empty());
}

TEST_CASE("description_check: ranges, choices and lengths belong to their types") {
  CHECK(faults_of_param({.type = ParamType::number, .min = 2, .max = 1}) == Sentences{"its min 2 is above its max 1"});
  CHECK(faults_of_param({.type = ParamType::number, .min = -HUGE_VAL}) ==
        Sentences{"its range has a limit that is no finite number"});
  CHECK(faults_of_param({.type = ParamType::string, .min = 2}) ==
        Sentences{"a range needs a type of numbers, but it is of type string"});
  CHECK(faults_of_param({.type = ParamType::choice}) == Sentences{"it is an enum without choices"});
  CHECK(faults_of_param({.type = ParamType::choice, .choices = {"a", "a"}}) == Sentences{"it lists a choice twice"});
  CHECK(faults_of_param({.type = ParamType::choice, .choices = {"a", ""}}) == Sentences{"it has an empty choice"});
  CHECK(faults_of_param({.type = ParamType::string, .choices = {"a"}}) ==
        Sentences{"it has choices, but is of type string and not enum"});
  CHECK(faults_of_param({.type = ParamType::choice, .default_value = std::string("b"), .choices = {"a"}}) ==
        Sentences{"its default \"b\" is none of its choices"});
  CHECK(faults_of_param({.type = ParamType::number, .length = 3}) ==
        Sentences{"it has a length, but is of type number and not a list"});
  CHECK(faults_of_param({.type = ParamType::numbers, .default_value = std::vector<double>{1, 2}, .length = 3}) ==
        Sentences{"its default [1, 2] has 2 items, its length is 3"});
  CHECK(faults_of_param({.type = static_cast<ParamType>(77)}) == Sentences{"its type is unknown to this flowrun"});
}

TEST_CASE("description_check: integer defaults of number parameters become numbers") {
  NodeType type = right_type();
  type.params = {{.name = "one", .type = ParamType::number, .default_value = std::int64_t{2}, .help = "One"},
                 {.name = "all", .type = ParamType::numbers, .default_value = std::vector<std::int64_t>{1, 2}, .help = "All"},
                 {.name = "whole", .type = ParamType::integer, .default_value = std::int64_t{2}, .help = "Whole"}};
  std::vector<NodeType> types{type};
  registry::normalise_defaults(types);
  CHECK(types[0].params[0].default_value == ParamValue(2.0));
  CHECK(types[0].params[1].default_value == ParamValue(std::vector<double>{1, 2}));
  CHECK(types[0].params[2].default_value == ParamValue(std::int64_t{2}));
  CHECK(faults_of(types).empty());
}

TEST_CASE("description_check: an alias leads from a name of the plugin that is free to one of its types") {
  const auto faults_of_alias = [](const std::string& old_name, const std::string& name) {
    registry::Description description;
    description.types = {right_type()};
    description.aliases = {{old_name, name}};
    return description_faults("lab", description);
  };
  CHECK(faults_of_alias("lab.tally", "lab.count").empty());
  CHECK(faults_of_alias("other.tally", "lab.count") == Sentences{"alias 'other.tally': it must begin with 'lab.'"});
  CHECK(faults_of_alias("lab.tally", "lab.none") == Sentences{"alias 'lab.tally': there is no node type 'lab.none'"});
  CHECK(faults_of_alias("lab.count", "lab.count") == Sentences{"alias 'lab.count': it is the name of a node type too"});
}
