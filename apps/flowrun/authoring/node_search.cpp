#include "authoring/node_search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "flowrun/host/diagnostic.h"

namespace flowrun {
namespace {

constexpr std::size_t kMostSuggested = 4;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

template <class Fits>
std::vector<const RegisteredType*> types_where(const Registry& registry, Fits fits) {
  std::vector<const RegisteredType*> found;
  for (const RegisteredType* type : registry.types())
    if (fits(type->type)) found.push_back(type);
  return found;
}

/// A string of JSON.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else result += c;
  }
  return result + "\"";
}

}  // namespace

std::vector<const RegisteredType*> find_node_types(const Registry& registry, const std::string& word) {
  auto found = types_where(registry, [&](const NodeType& type) { return type.name.starts_with(word); });
  if (!found.empty()) return found;
  const std::string wanted = lower(word);
  const auto has = [&](const std::string& text) { return lower(text).find(wanted) != std::string::npos; };
  found = types_where(registry, [&](const NodeType& type) { return has(type.name); });
  const auto in_summary = types_where(registry, [&](const NodeType& type) { return !has(type.name) && has(type.summary); });
  found.insert(found.end(), in_summary.begin(), in_summary.end());
  return found.empty() ? types_where(registry, [&](const NodeType& type) { return has(type.details); }) : found;
}

/// Of the plugin that would offer a node type.
static std::string why_unusable(const Registry& registry, const std::string& plugin) {
  for (const PluginInfo& one : registry.plugins())
    if (!one.failure.empty() && (one.name == plugin || one.file.stem() == plugin))
      return "; plugin '" + plugin + "' (" + one.file.string() + ") cannot be used: " + one.failure;
  return "";
}

std::string node_type_hint(const Registry& registry, const std::string& word) {
  std::vector<std::string> same, names;
  for (const RegisteredType* type : registry.types()) {
    const std::string& name = type->type.name;
    names.push_back(name);
    if (name.substr(name.find('.') + 1) == word) same.push_back("'" + name + "'");
  }
  if (const std::string why = why_unusable(registry, word.substr(0, word.find('.'))); !why.empty()) return why;
  if (!same.empty()) return "; did you mean " + fmt::format("{}", fmt::join(same, " or ")) + "?";
  if (const std::string near = did_you_mean(word, names); !near.empty()) return near;
  std::vector<std::string> found;
  for (const RegisteredType* type : find_node_types(registry, word))
    if (found.size() < kMostSuggested) found.push_back("'" + type->type.name + "'");
  return found.empty() ? "" : "; 'flowrun nodes " + word + "' finds " + fmt::format("{}", fmt::join(found, ", "));
}

std::string node_type_json(const RegisteredType& known) {
  std::string types = description_text({known.type});  // {"node_types":[{...}]}
  const std::size_t begin = types.find('[') + 1, end = types.rfind(']');
  return fmt::format("{{\"plugin\":{},\"plugin_version\":{},\"library\":{},\"description\":{}}}", quoted(known.plugin),
                     quoted(known.plugin_version), quoted(known.library.string()), types.substr(begin, end - begin));
}

}  // namespace flowrun
