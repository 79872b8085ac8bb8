#include "verbs/sweep_variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

namespace flowrun {
namespace {

using Values = decltype(Variant::values);

constexpr std::size_t kMostVariants = 1000;
constexpr std::size_t kLongestFolder = 120;

/// "a,[1,2],b" at the commas outside brackets.
Words split(const std::string& text) {
  Words parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += (c == '[') - (c == ']');
    if (c == ',' && depth == 0) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

/// Numbers that are equal have one text: 90.5 and 90.50, 1e1 and 10.
std::string same_value(const std::string& value) {
  double number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  return failed == std::errc() && end == value.data() + value.size() ? fmt::format("{}", number) : value;
}

std::pair<std::string, Words> axis_of(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) throw WrongUse{"--sweep takes name=value,value,..., not '" + word + "'"};
  std::pair<std::string, Words> axis{word.substr(0, equals), split(word.substr(equals + 1))};
  std::set<std::string> known;
  for (const std::string& value : axis.second) {
    if (value.empty()) throw WrongUse{"--sweep " + axis.first + " has an empty value"};
    if (!known.insert(same_value(value)).second) throw WrongUse{"--sweep " + axis.first + " has the value '" + value + "' twice"};
  }
  return axis;
}

/// "final_threshold=0.3+models=a", or a number where that is no name for a folder on every system.
std::string folder_of(const Values& values, std::size_t number) {
  std::string name;
  for (const auto& [parameter, value] : values) name += (name.empty() ? "" : "+") + parameter + "=" + value;
  const bool plain =
      name.size() <= kLongestFolder && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || std::string_view("._=+-[], ").find(static_cast<char>(c)) != std::string_view::npos;
      });
  return plain ? name : fmt::format("variant_{:03}", number);
}

}  // namespace

std::vector<Variant> variants_of(const Words& sweep) {
  std::vector<Values> all(1);
  std::set<std::string> names;
  for (const std::string& word : sweep) {
    const auto [name, values] = axis_of(word);
    if (!names.insert(name).second) throw WrongUse{"--sweep gives '" + name + "' twice; list its values in one"};
    std::vector<Values> more;
    for (const Values& begun : all)
      for (const std::string& value : values) {
        more.push_back(begun);
        more.back().emplace_back(name, value);
      }
    all = std::move(more);
    if (all.size() > kMostVariants) throw WrongUse{fmt::format("--sweep asks for more than {} variants", kMostVariants)};
  }
  std::vector<Variant> variants;
  for (const Values& values : all) variants.push_back({values, folder_of(values, variants.size() + 1)});
  return variants;
}

}  // namespace flowrun
