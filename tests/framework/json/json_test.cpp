#include "json/json.h"

#include <doctest/doctest.h>

#include <cmath>

#include "support/fault_lines.h"

namespace flowrun::testing {
namespace {

using json::Value;

json::Value parsed(const std::string& text) {
  Diagnostics faults;
  const auto value = json::parse(text, "t.json", faults);
  REQUIRE_MESSAGE(value.has_value(), lines(faults));
  CHECK(lines(faults) == "");
  return *value;
}

TEST_CASE("json: every value knows where it starts") {
  const Value root = parsed("{\n  \"a\": [1, -2.5,\n    true],\n  \"ö\": {\"b\": null}, \"c\": \"x\\\"y\" }");
  const Value& list = *root.find("a");
  CHECK(list.line == 2);
  CHECK(list.column == 8);
  CHECK(list.items()[1].number() == -2.5);
  CHECK(list.items()[1].column == 12);
  CHECK(list.items()[2].line == 3);
  CHECK(list.items()[2].column == 5);
  CHECK(root.members()[1].column == 3);
  CHECK(root.find("ö")->find("b")->column == 14);
  CHECK(root.find("c")->text() == "x\"y");
  CHECK(root.find("c")->column == 26);
  CHECK(root.find("d") == nullptr);
}

TEST_CASE("json: a byte order mark takes no column") { CHECK(parsed("\xEF\xBB\xBF{\"a\": 1}").find("a")->column == 7); }

TEST_CASE("json: integers and numbers are told apart") {
  CHECK(parsed("3").kind() == json::Kind::integer);
  CHECK(parsed("3.0").kind() == json::Kind::number);
  CHECK(parsed("-9223372036854775808").integer() == INT64_MIN);
}

TEST_CASE("json: what is written reads back as the same, in the same order") {
  const Value made = Value::object()
                         .set("z", 1)
                         .set("a", Value::array().push("text \"quoted\" \n").push(2.0).push(true).push(Value()))
                         .set("sizes", std::vector<int>{1, 2, 3})
                         .set("nested", Value::array().push(Value::object().set("x", 0.1)))
                         .set("z", 5);
  const std::string text = json::write(made);
  CHECK(text ==
        "{\n  \"z\": 5,\n  \"a\": [\"text \\\"quoted\\\" \\n\", 2.0, true, null],\n  \"sizes\": [1, 2, 3],\n"
        "  \"nested\": [\n    {\n      \"x\": 0.1\n    }\n  ]\n}\n");
  CHECK(json::write(parsed(text)) == text);
  CHECK(json::write_line(*made.find("sizes")) == "[1,2,3]");
}

TEST_CASE("json: text that is not UTF-8 and numbers that are not finite stay valid JSON") {
  CHECK(json::write_line(Value::array().push("a\xff").push(HUGE_VAL)) == "[\"a\xEF\xBF\xBD\",null]");
}

TEST_CASE("json: a text that is too long or holds a zero byte is refused") {
  Diagnostics faults;
  CHECK_FALSE(json::parse("[1, 2, 3]", "t.json", faults, 4));
  CHECK_FALSE(json::parse(std::string("{}\0{", 4), "t.json", faults));
  CHECK(lines(faults) ==
        "t.json: error: the file contains 1 MiB; at most 1 MiB are read\n"
        "t.json:1:3: error: the file contains a zero byte, so it is not a JSON text");
}

}  // namespace
}  // namespace flowrun::testing
