#include <doctest/doctest.h>

#include "fake_types.h"
#include "flowrun/sdk/error.h"
#include "validate/version.h"

namespace flowrun::testing {
namespace {

std::string shown(ParamType type, const std::string& text, std::size_t length = 0) {
  const ParamSpec spec{.name = "p", .type = type, .choices = {"one", "two"}, .length = length};
  try {
    return to_string(value_from_text(spec, text));
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_CASE("value_from_text: reads text by the parameter's type") {
  CHECK(shown(ParamType::boolean, "true") == "true");
  CHECK(shown(ParamType::integer, "+12") == "12");
  CHECK(shown(ParamType::number, "1e-3") == "0.001");
  CHECK(shown(ParamType::string, "12") == "\"12\"");
  CHECK(shown(ParamType::integers, "15, 15,15", 3) == "[15, 15, 15]");
  CHECK(shown(ParamType::numbers, "[1, 0.5]") == "[1, 0.5]");
  CHECK(shown(ParamType::strings, "FLAIR,PD") == "[\"FLAIR\", \"PD\"]");
  CHECK(shown(ParamType::strings, "") == "[]");
}

TEST_CASE("value_from_text: says what was expected") {
  CHECK(shown(ParamType::boolean, "TRUE") == "true");
  CHECK(shown(ParamType::boolean, "False") == "false");
  CHECK(shown(ParamType::boolean, "yes") == "expected true or false, found 'yes'");
  CHECK(shown(ParamType::integer, "1.5") == "expected an integer, found '1.5'");
  CHECK(shown(ParamType::integer, "99999999999999999999") == "expected an integer, found '99999999999999999999'");
  CHECK(shown(ParamType::number, "") == "expected a number, found ''");
  CHECK(shown(ParamType::number, "nan") == "expected a finite number, found nan");
  CHECK(shown(ParamType::choice, "twi") == "expected one of 'one', 'two', found \"twi\"; did you mean 'two'?");
  CHECK(shown(ParamType::integers, "1,,2") == "expected a list of integers, found '1,,2'");
  CHECK(shown(ParamType::integers, "1,2", 3) == "expected 3 integers, found [1, 2]");
}

TEST_CASE("check_value: an integer will do for a number, and a whole number for an integer") {
  ParamValue one = std::int64_t{1};
  CHECK(check_value({.type = ParamType::number}, one) == "");
  CHECK(std::holds_alternative<double>(one));
  ParamValue two = 2.0;
  CHECK(check_value({.type = ParamType::integer}, two) == "");
  CHECK(std::holds_alternative<std::int64_t>(two));
  ParamValue none = std::vector<std::string>{};
  CHECK(check_value({.type = ParamType::numbers}, none) == "");
  CHECK(std::holds_alternative<std::vector<double>>(none));
}

const char* const kGraph = R"({"format": 1,
 "parameters": {"models": {"type": "path", "default": "models"}, "f": {"type": "number", "default": 2}, "n": {"type": "integer", "default": 3}},
 "inputs": {"image": {"type": "path"}, "age": {"type": "integer", "default": 40}},
 "nodes": {
  "read": {"type": "t.read", "params": {"path": "${image}"}},
  "local": {"type": "t.read", "params": {"path": "data/${case}.nii"}},
  "model": {"type": "t.read", "params": {"path": "${models}/${case}.nii"}},
  "scale": {"type": "t.scale", "inputs": {"volume": "sum.volume"},
            "params": {"factor": "${f}", "size": ["${n}", 2, 3], "seed": "${age}", "label": "$${x} of ${case}, ${f}"}},
  "sum": {"type": "t.sum", "inputs": {"volumes": ["read.volume", "local.volume", "model.volume"]}},
  "write": {"type": "t.write", "inputs": {"volume": "scale.volume"}, "params": {"path": "${out}/${case}_x.nii"}}
 }})";

TEST_CASE("resolve_params: puts constants, case values and the output folder together; a graph's paths start at its folder") {
  const auto graph = valid(kGraph, {}, "dir/g.json");
  const Case one{"p1", {{"image", std::string("in/p1.nii")}, {"age", std::int64_t{7}}}};
  const auto text = [&](const char* id, const char* name) {
    return resolve_params(node(*graph, id), &one, "results").text(name);
  };
  CHECK(text("read", "path") == "in/p1.nii");
  CHECK(text("local", "path") == "dir/data/p1.nii");
  CHECK(text("model", "path") == "dir/models/p1.nii");
  CHECK(text("write", "path") == "results/p1_x.nii");
  CHECK(text("scale", "label") == "${x} of p1, 2");
  const Params params = resolve_params(node(*graph, "scale"), &one, "results");
  CHECK(params.number("factor") == 2);
  CHECK(params.integer("seed") == 7);
  CHECK(params.integers("size") == std::vector<std::int64_t>{3, 2, 3});
  CHECK(params.text("mode") == "linear");
}

TEST_CASE("resolve_params: without a case it gives only what does not differ from case to case") {
  const auto graph = valid(kGraph);
  const Params params = resolve_params(node(*graph, "scale"), nullptr, "results");
  CHECK(params.find("factor"));
  CHECK_FALSE(params.find("seed"));
  CHECK_FALSE(params.find("label"));
}

TEST_CASE("validate: settings replace graph parameters and node parameters; their paths start at the working folder") {
  const auto graph = valid(
      kGraph, {{{"models", "mine"}, {"scale.factor", "3.5"}, {"scale.size", "4,5,6"}, {"write.path", "${out}/y"}}}, "dir/g.json");
  const Case one{"p1", {{"image", std::string("i")}, {"age", std::int64_t{7}}}};
  CHECK(resolve_params(node(*graph, "model"), &one, "r").text("path") == "mine/p1.nii");
  CHECK(resolve_params(node(*graph, "scale"), &one, "r").number("factor") == 3.5);
  CHECK(resolve_params(node(*graph, "scale"), &one, "r").integers("size")[1] == 5);
  CHECK(resolve_params(node(*graph, "write"), &one, "r").text("path") == "r/y");
  CHECK(to_string(graph->parameter_values.at("models")) == "\"mine\"");
  CHECK(to_string(graph->parameter_values.at("f")) == "2");
}

TEST_CASE("validate: settings that fit nothing are reported") {
  CHECK(faults_of(
            kGraph,
            {{{"model", "x"}, {"image", "y"}, {"f", "two"}, {"scal.factor", "1"}, {"scale.factr", "1"}, {"scale.steps", "0"}}}) ==
        "command line: error: setting 'f': expected a number, found 'two'\n"
        "command line: error: node 'scale', parameter 'steps': expected at least 1, found 0\n"
        "command line: error: setting 'image': this is an input of the cases, not a parameter; give it with --in image=...\n"
        "command line: error: setting 'model': the graph has no such parameter; did you mean 'models'?\n"
        "command line: error: setting 'scal.factor': the graph has no node 'scal'; did you mean 'scale'?\n"
        "command line: error: setting 'scale.factr': node 'scale' has no parameter 'factr'; did you mean 'factor'?");
  CHECK(faults_of(kGraph, {{{"factor", "1"}}}).find("; node 'scale' has one, which is set as scale.factor") != std::string::npos);
}

TEST_CASE("version: constraints compare numbers, not text") {
  using checks::version_fits;
  CHECK(version_fits("1.10.0", ">=1.9"));
  CHECK(version_fits("1.2", ">=1.0, <2"));
  CHECK_FALSE(version_fits("2.0.0", ">=1.0, <2"));
  CHECK(version_fits("1.2.0", "1.2"));
  CHECK_FALSE(version_fits("1.2.1", "=1.2"));
  CHECK_FALSE(version_fits("new", ">=1.0"));
  CHECK_FALSE(checks::is_constraint(">=1.0,"));
  CHECK_FALSE(checks::is_constraint("~1.0"));
  CHECK_FALSE(checks::is_constraint(""));
}

}  // namespace
}  // namespace flowrun::testing
