#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "support/fault_lines.h"
#include "flowrun/host/graph_form.h"
#include "json/json.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

std::string formatted(const std::string& text, Diagnostics& faults) {
  const fs::path file = fs::temp_directory_path() / ("flowrun_form_" + std::to_string(::getpid()) + ".json");
  std::ofstream(file, std::ios::binary) << text;
  const auto result = format_graph(file, faults);
  fs::remove(file);
  return result ? result->after : "";
}

std::string formatted(const std::string& text) {
  Diagnostics faults;
  const std::string result = formatted(text, faults);
  CHECK(faults.all().empty());
  return result;
}

TEST_CASE("format_graph: keys take their usual order; names of nodes and values stay in theirs") {
  CHECK(formatted(R"({"nodes":{"b":{"params":{"z":1,"a":2},"type":"t.x","inputs":{"q":"a.v","p":"a.v"}},"a":{"type":"t.y"}},
                     "outputs":{"o":{"help":"O","from":"b.v"}},"parameters":{"p":{"help":"P","default":1,"type":"number"}},
                     "summary":"S","format":1,"name":"n","$schema":"s"})") == R"({
  "$schema": "s",
  "format": 1,
  "name": "n",
  "summary": "S",
  "parameters": {
    "p": { "type": "number", "default": 1, "help": "P" }
  },
  "nodes": {
    "b": { "type": "t.x", "inputs": { "q": "a.v", "p": "a.v" }, "params": { "z": 1, "a": 2 } },
    "a": { "type": "t.y" }
  },
  "outputs": { "o": { "from": "b.v", "help": "O" } }
}
)");
}

TEST_CASE("format_graph: a key x-* stays behind the key that it follows, and unknown keys stay too") {
  CHECK(formatted(R"({"x-first":{},"nodes":{"a":{"x-why":[ ],"type":"t.x"}},"x-of-nodes":1,"format":1,"nodse":null})") == R"({
  "x-first": {},
  "format": 1,
  "nodse": null,
  "nodes": {
    "a": { "x-why": [], "type": "t.x" }
  },
  "x-of-nodes": 1
}
)");
}

TEST_CASE("format_graph: numbers and texts keep their spelling") {
  const std::string values =
      R"([1e-4, 1E+02, 1.0, -0, -0.0, 1.50, 100000000000000000, "\u00e9\/\ud83d\ude00", "é", "a\\\"{,:[ ", true, null])";
  CHECK(formatted("{\"format\":1,\"nodes\":{\"a\":{\"type\":\"t.x\",\"params\":{\"p\":" + values + "}}}}").find(values) !=
        std::string::npos);
}

TEST_CASE("format_graph: long parts are broken, descriptions with their help on a line of its own") {
  const std::string help(92, 'h');
  CHECK(
      formatted(
          "{\"format\":1,\"inputs\":{\"i\":{\"help\":\"" + help +
          "\",\"max\":1,\"min\":0,\"default\":0.5,\"type\":\"number\"}},\"nodes\":{\"a\":{\"type\":\"t.x\",\"params\":{\"p\":\"" +
          help + "\",\"q\":1}}}}") == R"({
  "format": 1,
  "inputs": {
    "i": {
      "type": "number", "default": 0.5, "min": 0, "max": 1,
      "help": ")" + help + R"("
    }
  },
  "nodes": {
    "a": {
      "type": "t.x",
      "params": { "p": ")" + help + R"(", "q": 1 }
    }
  }
}
)");
}

TEST_CASE("format_graph: no line is longer than 130 characters but for a single value; a list of plain values fills its lines") {
  std::string names = "\"name_0\"";
  for (int i = 1; i < 40; ++i) names += ", \"name_" + std::to_string(i) + "\"";
  const std::string text = formatted("{\"format\":1,\"steps\":[{\"name\":\"s\"}],\"show\":[" + names + "]}");
  std::size_t lines = 0, begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    CHECK(end - begin <= 130);
    begin = end + 1;
    ++lines;
  }
  CHECK(lines == 14);
}

TEST_CASE("format_graph: line ends of other systems and a byte order mark go") {
  CHECK(formatted("\xEF\xBB\xBF{\r\n\"format\":\t1,\r\n\"layers\":[]}\r\n") == "{\n  \"format\": 1,\n  \"layers\": []\n}\n");
}

TEST_CASE("format_graph: refuses what is not JSON, with the place") {
  const auto fault_of = [](const std::string& text) {
    Diagnostics faults;
    CHECK(formatted(text, faults).empty());
    REQUIRE(faults.all().size() == 1);
    const Diagnostic& fault = faults.all().front();
    return std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column) + " " + fault.message;
  };
  CHECK(fault_of("{\n  \"a\": 1,\n}") == "3:1 the comma before '}' is one too many");
  CHECK(fault_of("{\"a\": 1, // no\n}").starts_with("1:10 comments are not part of JSON"));
  CHECK(fault_of("{\"a\": 1,\n \"a\": 2}") == "2:2 the name 'a' occurs twice in this object; keep one of the two");
  CHECK(fault_of("").find("the file is empty") != std::string::npos);
  Diagnostics faults;
  CHECK_FALSE(format_graph("no/such/file.json", faults));
  CHECK(faults.all().front().message == "the file does not exist");
}

/// A JSON text of any shape, with keys of graphs and others.
std::string random_json(std::mt19937& random, int depth) {
  const auto below = [&](std::size_t end) { return random() % end; };
  static const char* const kNames[] = {"nodes",  "steps",   "type", "help",   "x-a", "inputs",
                                       "params", "default", "run",  "layers", "é"};
  static const char* const kPlain[] = {"1e-3", "\"text\"", "true", "null", "\"a\\\"b\"", "-0.0", "\"${a}\""};
  const std::size_t kind = depth > 5 ? 2 : below(3);
  if (kind == 2) return kPlain[below(7)];
  std::string text, comma;
  std::size_t first = below(11);
  for (std::size_t i = below(8); i > 0; --i) {
    if (kind == 1) text += comma + random_json(random, depth + 1);
    else text += comma + "\"" + kNames[first++ % 11] + "\":" + random_json(random, depth + 1);
    comma = below(2) ? "," : " ,\n";
  }
  return kind == 1 ? "[" + text + "]" : "{" + text + "}";
}

/// The values with their members sorted, so that two texts can be compared whatever the order.
std::string sorted(const json::Value& value) {
  if (value.is(json::Kind::object)) {
    std::vector<std::string> parts;
    for (const json::Member& member : value.members()) parts.push_back(member.name + "=" + sorted(member.value));
    std::sort(parts.begin(), parts.end());
    std::string text = "{";
    for (const std::string& part : parts) text += part + ";";
    return text + "}";
  }
  std::string text = value.is(json::Kind::array) ? "[" : json::write_line(value);
  for (const json::Value& item : value.items()) text += sorted(item) + ";";
  return text;
}

TEST_CASE("format_graph: whatever the JSON, its values stay and a second time changes nothing") {
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    const std::string text = random_json(random, 0);
    INFO(text);
    const std::string once = formatted(text);
    REQUIRE(formatted(once) == once);
    Diagnostics faults;
    REQUIRE(sorted(*json::parse(once, "a", faults)) == sorted(*json::parse(text, "b", faults)));
  }
}

}  // namespace
}  // namespace flowrun::testing
