#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "json/json.h"

namespace flowrun::json {
namespace {

/// Characters above ASCII that a terminal or an editor obeys: control characters, and marks that turn the writing direction.
bool is_obeyed(unsigned code) {
  return (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E || code == 0x200F || code == 0xFEFF ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// Of valid UTF-8, the character at a place and its bytes; all characters of four bytes give one number.
std::pair<unsigned, std::size_t> character_at(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  if (byte(0) < 0xE0) return {(byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu), 2};
  if (byte(0) < 0xF0) return {(byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu), 3};
  return {0x10000, 4};
}

/// JSON text, in which nothing moves the cursor of whoever looks at the file.
std::string quoted(const std::string& text) {
  const std::string json = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string safe;
  for (std::size_t at = 0; at < json.size();) {
    const auto [code, bytes] = character_at(json, at);
    if (is_obeyed(code)) {
      constexpr char kDigits[] = "0123456789abcdef";
      safe += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) safe += kDigits[code >> shift & 0xF];
    } else {
      safe.append(json, at, bytes);
    }
    at += bytes;
  }
  return safe;
}

std::string number_text(double number) {
  if (!std::isfinite(number)) return "null";
  char buffer[32];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
  // A number stays one when it is read back, also when it is whole.
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string scalar_text(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Kind::integer:
      return std::to_string(value.integer());
    case Kind::number:
      return number_text(value.number());
    case Kind::string:
      return quoted(value.text());
    default:
      return "null";
  }
}

bool is_nested(const Value& value) { return value.is(Kind::array) || value.is(Kind::object); }

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}
  std::string text;

  void add(const Value& value, int level) {
    if (value.is(Kind::array)) add_array(value, level);
    else if (value.is(Kind::object)) add_object(value, level);
    else text += scalar_text(value);
  }

 private:
  void add_array(const Value& value, int level) {
    bool lines = false;  // a list of plain values stays on one line
    for (const Value& item : value.items()) lines = lines || is_nested(item);
    text += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      separate(first, lines, level + 1);
      add(item, level + 1);
      first = false;
    }
    if (lines) new_line(level);
    text += ']';
  }

  void add_object(const Value& value, int level) {
    text += '{';
    bool first = true;
    for (const Member& member : value.members()) {
      separate(first, true, level + 1);
      text += quoted(member.name) + (pretty_ ? ": " : ":");
      add(member.value, level + 1);
      first = false;
    }
    if (!first) new_line(level);
    text += '}';
  }

  void separate(bool first, bool lines, int level) {
    if (!first) text += ',';
    if (lines) new_line(level);
    else if (!first && pretty_) text += ' ';
  }

  void new_line(int level) {
    if (pretty_) text += '\n' + std::string(static_cast<std::size_t>(level) * 2, ' ');
  }

  bool pretty_;
};

std::string written(const Value& value, bool pretty) {
  Writer writer(pretty);
  writer.add(value, 0);
  return std::move(writer.text);
}

}  // namespace

std::string write(const Value& value) { return written(value, true) + "\n"; }
std::string write_line(const Value& value) { return written(value, false); }

}  // namespace flowrun::json
