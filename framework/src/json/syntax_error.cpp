#include "json/syntax_error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flowrun::json {
namespace {

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// What is wrong inside a token, by words of the parser's complaint.
std::string token_fault(const std::string& complaint, char first) {
  static constexpr std::array<std::pair<const char*, const char*>, 8> kFaults{{
      {"ill-formed UTF-8", "the text is not valid UTF-8; save the file as UTF-8"},
      {"missing closing quote", "a text has no closing double quote"},
      {"control character", "a text contains a line break or another control character; close it with a double quote, or write \\n"},
      {"surrogate", "a text contains a \\u escape that is half of a pair"},
      {"'\\u' must be followed", "a text contains \\u without four hexadecimal digits behind it"},
      {"forbidden character after backslash", "a text contains a backslash that starts no escape; write \\\\ for a backslash"},
      {"number overflow", "a number is too large"},
      {"invalid number", "a number is not complete"},
  }};
  for (const auto& [part, sentence] : kFaults)
    if (holds(complaint, part)) return sentence;
  if (first == '/' || first == '#') return "comments are not part of JSON; a key that starts with 'x-' can hold a remark";
  if (first == '\'') return "text must be in double quotes, not in single ones";
  return "a word that JSON does not have; expected text in double quotes, a number, true, false, null, a list or an object";
}

/// "a ',' or a '}'" and the like, from the parser's own list.
std::string expected_words(const std::string& complaint) {
  if (holds(complaint, "while parsing object key")) return "a name in double quotes";
  if (holds(complaint, "while parsing object separator")) return "':' behind the name";
  if (holds(complaint, "while parsing object")) return "',' or '}'";
  if (holds(complaint, "while parsing array")) return "',' or ']'";
  if (holds(complaint, "expected end of input")) return "nothing more";
  return "a value";
}

std::string unexpected_token(const std::string& text, std::size_t at, const std::string& complaint) {
  const char found = text[std::min(at, text.size() - 1)];
  const std::size_t before = at == 0 ? std::string::npos : text.find_last_not_of(" \t\r\n", at - 1);
  const bool after_comma = before != std::string::npos && text[before] == ',';
  if (after_comma && (found == '}' || found == ']')) return std::string("the comma before '") + found + "' is one too many";
  const std::string expected = expected_words(complaint);
  if (found == '"') return "expected " + expected + ", found text in quotes";
  return "expected " + expected + ", found '" + found + "'";
}

/// Moves to the token that the parser had just read.
Cursor::Spot to_token_ending_at(Cursor& cursor, std::size_t position) {
  while (true) {
    const Cursor::Spot spot = cursor.to_visible();
    Cursor behind = cursor;
    behind.over_token();
    if (behind.offset() >= position || behind.offset() == cursor.offset()) return spot;
    cursor = behind;
  }
}

}  // namespace

SyntaxError explain_syntax_error(const std::string& text, Cursor cursor, std::size_t position, const std::string& complaint) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return {cursor.to_offset(text.size()), "the file is empty"};
  if (holds(complaint, "unexpected end of input"))
    return {cursor.to_offset(text.size()), "the text ends too early: expected " + expected_words(complaint)};
  if (holds(complaint, "unexpected")) {
    const Cursor::Spot spot = to_token_ending_at(cursor, position);
    return {spot, unexpected_token(text, cursor.offset(), complaint)};
  }
  const Cursor::Spot spot = cursor.to_token();
  return {spot, token_fault(complaint, cursor.offset() < text.size() ? text[cursor.offset()] : ' ')};
}

}  // namespace flowrun::json
