#include "report/html.h"

#include <fmt/format.h>

#include <filesystem>

#include "flowrun/host/text.h"

namespace flowrun {

std::string html(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
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

}  // namespace flowrun
