// What a text may hold at most, and what at its limits is read as it stands.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "support/fault_lines.h"
#include "json/json.h"

namespace flowrun::testing {
namespace {

using json::Kind;
using json::Value;

struct Read {
  std::optional<Value> value;
  std::string faults;
};

Read read(const std::string& text, std::size_t largest = json::kLargestText) {
  Diagnostics faults;
  Read found{json::parse(text, "t.json", faults, largest), ""};
  found.faults = lines(faults);
  return found;
}

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += "1";
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

TEST_CASE("json: 64 levels are read, one more is a fault with its place, however many follow") {
  for (const auto& [open, close] : {std::pair<std::string, std::string>{"[", "]"}, {"{\"a\":", "}"}}) {
    CHECK(read(nested(json::kDeepest, open, close)).faults == "");
    const std::string place = "t.json:1:" + std::to_string(json::kDeepest * open.size() + 1);
    const std::string fault = place + ": error: lists and objects are nested deeper than 64 levels, which is not accepted";
    CHECK(read(nested(json::kDeepest + 1, open, close)).faults == fault);
    CHECK(read(nested(200000, open, close)).faults == fault);
    CHECK_FALSE(read(nested(200000, open, close)).value.has_value());
  }
}

TEST_CASE("json: a text of exactly the largest size is read, one byte more is refused unread") {
  const std::string text = "[1,2]";
  CHECK(read(text, text.size()).value.has_value());
  CHECK(read(text, text.size() - 1).faults == "t.json: error: the file contains 1 MiB; at most 1 MiB are read");
}

TEST_CASE("json: whole numbers of 64 bits are exact; larger ones are refused and never rounded") {
  CHECK(read("9223372036854775807").value->integer() == INT64_MAX);
  CHECK(read("-9223372036854775808").value->integer() == INT64_MIN);
  CHECK(read("9007199254740993").value->integer() == 9007199254740993);  // no double has it
  CHECK(read("-0").value->kind() == Kind::integer);
  for (const char* text : {"9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809"})
    CHECK(read(text).faults == std::string("t.json:1:1: error: the integer ") + text + " is too large; expected at most 64 bits");
}

TEST_CASE("json: numbers with a point or an exponent are read to the nearest double, and what no double holds is a fault") {
  CHECK(read("1.7976931348623157e308").value->number() == std::numeric_limits<double>::max());
  CHECK(read("5e-324").value->number() == std::numeric_limits<double>::denorm_min());
  CHECK(read("1e-400").value->number() == 0.0);
  CHECK(std::signbit(read("-0.0").value->number()));
  CHECK(read("0.1").value->number() == 0.1);
  CHECK(read("1E2").value->number() == 100);
  CHECK(read("1e400").faults != "");
  CHECK(read("-1e400").faults != "");
}

TEST_CASE("json: no other spelling of a number is taken") {
  for (const char* text : {"01", "+1", "1.", ".5", "1e", "0x10", "NaN", "Infinity", "-", "1_000", "--1", "1,5"})
    CHECK_MESSAGE(read(text).faults != "", text);
}

TEST_CASE("json: a name that occurs twice is a fault at the second, in each object for itself") {
  CHECK(read("{\"a\": 1, \"b\": {\"a\": 2}, \"c\": [{\"a\": 1}, {\"a\": 2}]}").faults == "");
  CHECK(read("{\"a\": 1,\n \"a\": 2}").faults ==
        "t.json:2:2: error: the name 'a' occurs twice in this object; keep one of the two");
  CHECK(read("{\"a\": 1, \"\\u0061\": 2}").faults != "");  // the same name, spelled otherwise
  CHECK(read("{\"\": 1, \"\": 2}").faults != "");
}

TEST_CASE("json: bytes that are not UTF-8 are refused wherever they stand") {
  const std::string bad[] = {"\x80",              // a continuation alone
                             "\xC3",              // cut short
                             "\xC0\xAF",          // '/' in two bytes
                             "\xE0\x80\xAF",      // and in three
                             "\xED\xA0\x80",      // half of a surrogate pair
                             "\xF4\x90\x80\x80",  // above U+10FFFF
                             "\xFF",
                             "\xFE"};
  for (const std::string& bytes : bad) {
    CHECK_FALSE(read("\"" + bytes + "\"").value.has_value());
    CHECK_FALSE(read("{\"" + bytes + "\": 1}").value.has_value());
    CHECK_FALSE(read("[1, " + bytes + "]").value.has_value());
  }
  CHECK(read("\"\xF0\x9F\xA7\xA0 \xE2\x82\xAC\"").value->text() == "\xF0\x9F\xA7\xA0 \xE2\x82\xAC");
  CHECK(read("\"\\ud83e\\udde0\"").value->text() == "\xF0\x9F\xA7\xA0");
  CHECK_FALSE(read("\"\\ud83e\"").value.has_value());  // half of a pair
  CHECK_FALSE(read("\"\\udde0\\ud83e\"").value.has_value());
}

TEST_CASE("json: a byte order mark is taken at the very beginning only, and one of UTF-16 is refused") {
  CHECK(read("\xEF\xBB\xBF[1]").value->items().size() == 1);
  CHECK_FALSE(read("[1]\xEF\xBB\xBF").value.has_value());
  CHECK_FALSE(read(" \xEF\xBB\xBF[1]").value.has_value());
  CHECK_FALSE(read(std::string("\xFF\xFE[\0", 4)).value.has_value());
  CHECK_FALSE(read("\xEF\xBB").value.has_value());
}

TEST_CASE("json: control characters, comments, commas too many and text behind the end are refused") {
  for (const char* text : {"\"a\nb\"", "\"a\tb\"", "[1] 2", "{} {}", "[1,]", "{\"a\": 1,}", "// a\n1", "/* a */ 1", "'a'",
                           "{a: 1}", "", " ", "nul", "[1 2]", "{\"a\" 1}", "\"\\x41\"", "\"\\u12\"", "\""})
    CHECK_MESSAGE(!read(text).value.has_value(), text);
}

TEST_CASE("json: places count characters and not bytes, and lines of every system") {
  const Value list = *read("[\"\xF0\x9F\xA7\xA0\xC3\xB6\", 1,\r\n  2,\n\n 3]").value;
  CHECK(list.items()[1].column == 8);
  CHECK(list.items()[2].line == 2);
  CHECK(list.items()[2].column == 3);
  CHECK(list.items()[3].line == 4);
}

TEST_CASE("json: what is read, written and read again is the same, at the limits of numbers and with every kind of text") {
  for (const char* text : {"[9223372036854775807,-9223372036854775808]", "[1.7976931348623157e+308,5e-324,-0.0,0.1]",
                           "{\"\":null,\" \":[],\"b\":{},\"a\":[[[]]]}", "\"\\u0000\\u0001\\u001f\\u007f\\\\\\\"/\"",
                           "[true,false,null]", "\"\xF0\x9F\xA7\xA0\""}) {
    const Value once = *read(text).value;
    const std::string line = json::write_line(once);
    CHECK(json::write_line(*read(line).value) == line);
    CHECK(json::write(*read(json::write(once)).value) == json::write(once));
  }
  CHECK(json::write_line(*read("[9223372036854775807,-9223372036854775808]").value) ==
        "[9223372036854775807,-9223372036854775808]");
}

TEST_CASE("json: a value asked for as another kind gives nothing, and never another value's content") {
  const Value text = *read("\"12\"").value, number = *read("1.5").value, list = *read("[1]").value;
  CHECK(text.integer() == 0);
  CHECK(text.number() == 0);
  CHECK_FALSE(text.boolean());
  CHECK(number.integer() == 0);
  CHECK(number.text() == "");
  CHECK(list.members().empty());
  CHECK(list.find("0") == nullptr);
  CHECK(text.items().empty());
}

}  // namespace
}  // namespace flowrun::testing
