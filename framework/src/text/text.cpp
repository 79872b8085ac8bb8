#include "flowrun/host/text.h"

#include <charconv>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace flowrun {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Control characters, and those that turn the writing direction of what stands behind them, so that a name reads as another.
bool misleads(char32_t code) {
  const bool control = code >= 0x80 && code < 0xA0, mark = code == 0x200E || code == 0x200F || code == 0x061C || code == 0xFEFF;
  return control || mark || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// Bytes of the UTF-8 character that starts here; 0: none does, or it is a control character.
std::size_t plain_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return (first >= 0x20 && first != 0x7F) || first == '\n' ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  char32_t code = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  constexpr char32_t kShortest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool too_long_form = code < kShortest[length], surrogate = code >= 0xD800 && code < 0xE000;
  return too_long_form || surrogate || code > 0x10FFFF || misleads(code) ? 0 : length;
}

/// Bytes of the UTF-8 sequence that starts here; 0: none does.
std::size_t sequence(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i])) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool no_character = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return too_long || no_character ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string line = printable_lines(text);
  for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at)) line.replace(at, 1, "\\n");
  return line;
}

std::string printable_lines(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = plain_character(text);
    if (length) safe += text.substr(0, length);
    else safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return safe;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t width_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

std::string shortened(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  const std::size_t kept = width > 3 ? width - 3 : 0;
  std::size_t bytes = 0;
  for (std::size_t characters = 0; bytes < text.size(); ++bytes)
    if (!is_continuation(text[bytes]) && characters++ == kept) break;
  return std::string(text.substr(0, bytes)) + std::string("...").substr(0, std::min<std::size_t>(3, width));
}

std::string shortened_inside(std::string_view text, std::size_t width) {
  if (width_of(text) <= width || width < 6) return shortened(text, width);
  const std::size_t tail = (width - 2) / 2;
  std::size_t start = text.size();
  for (std::size_t characters = 0; characters < tail; ++characters) do
      --start;
    while (is_continuation(text[start]));
  std::string head = shortened(text, width - 2 - tail + 3);
  return head.substr(0, head.size() - 3) + ".." + std::string(text.substr(start));
}

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::optional<std::int64_t> bytes_in(const std::string& text) {
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string unit(end, text.data() + text.size());
  const std::size_t place = std::string("KMGT").find(unit), power = unit.empty() ? 0 : place + 1;
  const bool known = place != std::string::npos && unit.size() <= 1;
  if (failed != std::errc() || count < 0 || count >= (std::int64_t{1} << 20) << 10 || !known) return std::nullopt;
  return count << (10 * power);
}

std::string bytes_text(std::int64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  const double mebibytes = static_cast<double>(bytes) / (1024.0 * 1024.0);
  if (mebibytes < 1) return fmt::format("{:.1f} KiB", mebibytes * 1024);
  return mebibytes < 1024 ? fmt::format("{:.1f} MiB", mebibytes) : fmt::format("{:.2f} GiB", mebibytes / 1024);
}

std::string figure_text(double value) {
  const bool whole = std::floor(value) == value && std::abs(value) < 1e15;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string count_text(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace flowrun
