#include "report/page_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>

#include "flowrun/host/text.h"

namespace flowrun {

/// `safe` has no control characters but line feeds.
static std::string json_quoted(const std::string& safe) {
  std::string text = "\"";
  for (const char c : safe) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') text += "\\n";
    else if (c == '<') text += "\\u003c";
    else text += c;
  }
  return text + "\"";
}

std::string json_text(std::string_view text) { return json_quoted(printable(text)); }
std::string json_lines(std::string_view text) { return json_quoted(printable_lines(text)); }

std::string json_object(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  std::string text = "{";
  for (const auto& [name, value] : members) text += fmt::format("{}\"{}\":{}", text.size() > 1 ? "," : "", name, value);
  return text + "}";
}

std::string relative_link(std::string_view path) {
  if (path.empty() || path.front() == '/') return "";
  for (const auto& part : std::filesystem::path(path))
    if (part == "..") return "";
  std::string link = "./";  // so that no first part is taken for a scheme
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                       c == '_' || c == '/';
    link += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return link;
}

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace flowrun
