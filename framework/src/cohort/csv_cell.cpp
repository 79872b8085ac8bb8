#include "cohort/csv_cell.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace flowrun {
namespace {

constexpr std::array<std::string_view, 4> kWide{"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};  // = + - @

/// Also with apostrophes in front, so that what gets one can be told from what had one.
bool looks_like_a_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  if (text.empty()) return false;
  return std::string_view("=+-@|\t\r\n").find(text.front()) != std::string_view::npos ||
         std::any_of(kWide.begin(), kWide.end(), [&](std::string_view sign) { return text.starts_with(sign); });
}

}  // namespace

std::string csv_quoted(const std::string& text) {
  if (text.find_first_of(",;\t\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + '"';
}

std::string csv_text(const std::string& text) { return csv_quoted(looks_like_a_formula(text) ? "'" + text : text); }

std::string text_of_cell(const std::string& cell) {
  return cell.starts_with('\'') && looks_like_a_formula(cell) ? cell.substr(1) : cell;
}

}  // namespace flowrun
