#include <doctest/doctest.h>

#include "support/fault_lines.h"

namespace flowrun::testing {
namespace {

struct WrongText {
  const char* what;
  const char* text;
  const char* faults;
};

const WrongText kWrong[] = {
    {"an empty file", R"j()j", R"j(g.json:1:1: error: the file is empty)j"},
    {"white space only",
     R"j(  
 )j",
     R"j(g.json:2:2: error: the file is empty)j"},
    {"a comma too many",
     R"j({"format": 1,
 "nodes": {"a": {"type": "t.read"},}})j",
     R"j(g.json:2:36: error: the comma before '}' is one too many)j"},
    {"a comma too many in a list",
     R"j({"format": 1,
 "nodes": {"a": {"type": "t", "inputs": {"v": ["b.v", ]}}}})j",
     R"j(g.json:2:55: error: the comma before ']' is one too many)j"},
    {"a missing comma",
     R"j({"format": 1
 "nodes": {}})j",
     R"j(g.json:2:2: error: expected ',' or '}', found text in quotes)j"},
    {"a missing colon", R"j({"format" 1})j", R"j(g.json:1:11: error: expected ':' behind the name, found '1')j"},
    {"a text without its end",
     R"j({"format": 1, "name": "abc
})j",
     R"j(g.json:1:23: error: a text contains a line break or another control character; close it with a double quote, or write \n)j"},
    {"a comment",
     R"j({"format": 1, // one
 "nodes": {}})j",
     R"j(g.json:1:15: error: comments are not part of JSON; a key that starts with 'x-' can hold a remark)j"},
    {"single quotes", R"j({'format': 1})j", R"j(g.json:1:2: error: text must be in double quotes, not in single ones)j"},
    {"a word that JSON does not have",
     R"j({"format": 1,
 "nodes": None})j",
     R"j(g.json:2:11: error: a word that JSON does not have; expected text in double quotes, a number, true, false, null, a list or an object)j"},
    {"a file that stops", R"j({"format": 1, "nodes": {)j",
     R"j(g.json:1:25: error: the text ends too early: expected a name in double quotes)j"},
    {"something behind the end", R"j({"format": 1} {"x": 2})j", R"j(g.json:1:15: error: expected nothing more, found '{')j"},
    {"a wrong escape", R"j({"format": 1, "name": "a\q"})j",
     R"j(g.json:1:23: error: a text contains a backslash that starts no escape; write \\ for a backslash)j"},
    {"a broken number", R"j({"format": -})j", R"j(g.json:1:12: error: a number is not complete)j"},
    {"bytes that are not UTF-8", "{\"format\": 1, \"name\": \"\xff\"}",
     R"j(g.json:1:23: error: the text is not valid UTF-8; save the file as UTF-8)j"},
    {"a duplicate name",
     R"j({"format": 1,
 "nodes": {"a": {"type": "t.read"},
  "a": {"type": "t.read"}}})j",
     R"j(g.json:3:3: error: the name 'a' occurs twice in this object; keep one of the two)j"},
    {"a number that is too large", R"j({"format": 1e999})j", R"j(g.json:1:12: error: a number is too large)j"},
    {"an integer that is too large",
     R"j({"format": 1, "name": "g", "nodes": {"a": {"type": "t", "params": {"n": 9223372036854775808}}}})j",
     R"j(g.json:1:73: error: the integer 9223372036854775808 is too large; expected at most 64 bits)j"},
    {"columns count characters, not bytes", R"j({"name": "Läsion", "format": 1, "nodes": [], "x": 1})j",
     R"j(g.json:1:42: error: 'nodes' takes an object { }, found a list
g.json:1:46: error: 'x' has no meaning here)j"},
    {"nesting without end",
     R"j({"format": 1, "x-deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]})j",
     R"j(g.json:1:88: error: lists and objects are nested deeper than 64 levels, which is not accepted)j"},
};

TEST_CASE("json: says in plain words what is no JSON, and where") {
  for (const WrongText& wrong : kWrong) {
    CAPTURE(wrong.what);
    CHECK(form_faults(wrong.text) == wrong.faults);
  }
}

}  // namespace
}  // namespace flowrun::testing
