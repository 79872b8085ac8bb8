#include "validate/version.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace flowrun::checks {
namespace {

using Version = std::array<int, 3>;

struct Part {
  std::string sign;
  Version version{};
};

/// Up to three numbers; what follows '-' or '+' (a pre-release) is left out of the comparison.
std::optional<Version> parse_version(std::string text) {
  text = text.substr(0, text.find_first_of("-+"));
  Version version{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    const auto [next, status] = std::from_chars(at, end, version[i]);
    if (status != std::errc{} || version[i] < 0) return std::nullopt;
    if (next == end) return version;
    if (*next != '.') return std::nullopt;
    at = next + 1;
  }
  return std::nullopt;
}

std::optional<std::vector<Part>> parse_constraint(const std::string& text) {
  std::vector<Part> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    std::string word;
    for (const char c : text.substr(start, comma - start))
      if (c != ' ') word += c;
    const std::size_t digits = word.find_first_not_of("<>=");
    const auto version = digits == std::string::npos ? std::nullopt : parse_version(word.substr(digits));
    Part part{word.substr(0, std::min(digits, word.size())), version.value_or(Version{})};
    const bool known = part.sign.empty() || part.sign == "=" || part.sign == "==" || part.sign == ">" || part.sign == ">=" ||
                       part.sign == "<" || part.sign == "<=";
    if (!version || !known) return std::nullopt;
    parts.push_back(std::move(part));
    start = comma + 1;
  }
  return parts;
}

bool meets(const Version& version, const Part& part) {
  if (part.sign == ">") return version > part.version;
  if (part.sign == ">=") return version >= part.version;
  if (part.sign == "<") return version < part.version;
  if (part.sign == "<=") return version <= part.version;
  return version == part.version;
}

}  // namespace

bool is_constraint(const std::string& constraint) { return parse_constraint(constraint).has_value(); }

bool version_fits(const std::string& version, const std::string& constraint) {
  const auto found = parse_version(version);
  const auto parts = parse_constraint(constraint);
  if (!found || !parts) return false;
  for (const Part& part : *parts)
    if (!meets(*found, part)) return false;
  return true;
}

}  // namespace flowrun::checks
