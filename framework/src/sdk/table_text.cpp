#include "flowrun/sdk/table_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>
#include <string_view>

#include "flowrun/sdk/error.h"

namespace flowrun::table {
namespace {

/// Also with apostrophes in front, so that a reader can see what got one and what had one; also the wide forms of East Asia.
bool looks_like_a_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  if (text.empty()) return false;
  for (const std::string_view wide : {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"})  // = + - @
    if (text.starts_with(wide)) return true;
  return std::string_view("=+-@|\t\r\n").find(text.front()) != std::string_view::npos;
}

std::string csv_cell(const Table::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return number_text(*number);
  return csv_text(std::get<std::string>(cell));
}

template <class Items, class TextOf>
std::string joined(const Items& items, TextOf text_of) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) text += (i ? "," : "") + text_of(items[i]);
  return text;
}

}  // namespace

std::string number_text(double value) {
  if (!std::isfinite(value)) return "";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::string json_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += {'\\', c};
    else if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
    else {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      quoted += code;
    }
  }
  return quoted + '"';
}

std::string json_cell(const Table::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return json_text(*text);
  const std::string number = csv_cell(cell);
  return number.empty() ? "null" : number;
}

std::string csv_text(const std::string& plain) {
  const std::string text = looks_like_a_formula(plain) ? "'" + plain : plain;
  if (text.find_first_of(",;\t\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string text_of_cell(const std::string& cell) {
  return cell.starts_with('\'') && looks_like_a_formula(cell) ? cell.substr(1) : cell;
}

std::string to_csv(const Table& table) {
  std::string text = joined(table.columns, csv_text) + "\n";
  for (const auto& row : table.rows) text += joined(row, csv_cell) + "\n";
  return text;
}

std::string to_json(const Table& table, const std::string& indent) {
  std::string text = "[";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    text += (r ? ",\n" : "\n") + indent + "  {";
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      text += (c ? ", " : "") + json_text(table.columns[c]) + ": " + json_cell(table.rows[r][c]);
    text += "}";
  }
  return text + (table.rows.empty() ? "]" : "\n" + indent + "]");
}

void require_complete(const Table& table) {
  for (const auto& row : table.rows)
    if (row.size() != table.columns.size())
      throw Error("a table has " + std::to_string(table.columns.size()) + " columns, but a row of " + std::to_string(row.size()) +
                  " cells; the plugin that made it is at fault");
  if (std::set<std::string>(table.columns.begin(), table.columns.end()).size() != table.columns.size())
    throw Error("a table has two columns of one name; the plugin that made it is at fault");
}

}  // namespace flowrun::table
