#include "registry/words.h"

#include <algorithm>

namespace flowrun::registry {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

}  // namespace

bool is_snake_case(std::string_view word) {
  return !word.empty() && is_lower(word.front()) &&
         std::all_of(word.begin(), word.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_version(std::string_view text) {
  int numbers = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_number(text.substr(0, dot))) return false;
    ++numbers;
    if (dot == std::string_view::npos) return numbers == 2 || numbers == 3;
    text.remove_prefix(dot + 1);
  }
}

bool is_payload_name(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::size_t slash = text.find('/');
  return dot != std::string_view::npos && slash != std::string_view::npos && dot < slash && is_snake_case(text.substr(0, dot)) &&
         is_snake_case(text.substr(dot + 1, slash - dot - 1)) && is_number(text.substr(slash + 1));
}

}  // namespace flowrun::registry
