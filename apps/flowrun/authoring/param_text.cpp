#include "authoring/param_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "terminal/text_layout.h"

namespace flowrun {
namespace {

std::string range_text(const ParamSpec& spec) {
  if (spec.min && spec.max) return fmt::format("{} to {}", figure_text(*spec.min), figure_text(*spec.max));
  if (spec.min) return fmt::format("at least {}", figure_text(*spec.min));
  if (spec.max) return fmt::format("at most {}", figure_text(*spec.max));
  return {};
}

std::string choices_text(const ParamSpec& spec) {
  std::string text;
  for (const std::string& choice : spec.choices) text += (text.empty() ? "one of " : ", ") + choice;
  return text;
}

}  // namespace

std::string type_text(const ParamSpec& spec) {
  std::string text(to_string(spec.type));
  if (spec.length) text += fmt::format(" ({})", spec.length);
  if (spec.type == ParamType::path && spec.role == PathRole::output) text += " (written)";
  return text;
}

std::string allowed_text(const ParamSpec& spec) {
  const std::string choices = choices_text(spec);
  return choices.empty() ? range_text(spec) : choices;
}

std::string bounds_text(const ParamSpec& spec, const std::string& without_default) {
  std::string text = spec.default_value ? "default " + to_string(*spec.default_value) : without_default;
  if (!spec.unit.empty()) text += " " + spec.unit;
  const std::string allowed = allowed_text(spec);
  return allowed.empty() ? text : text + "; " + allowed;
}

std::string params_text(const std::vector<ParamSpec>& specs, const std::set<std::string>& optional) {
  std::size_t name_width = 0;
  std::size_t type_width = 0;
  for (const ParamSpec& spec : specs) {
    name_width = std::max(name_width, width_of(printable(spec.name)));
    type_width = std::max(type_width, width_of(type_text(spec)));
  }
  std::string text;
  for (const ParamSpec& spec : specs) {
    const std::string bounds = printable(bounds_text(spec, optional.contains(spec.name) ? "a case may lack it" : "required"));
    text += fmt::format("  {:<{}}  {:<{}}  ", printable(spec.name), name_width, type_text(spec), type_width);
    const std::size_t indent = name_width + type_width + 6;
    text += paragraph(bounds, indent).substr(indent);
    if (!spec.help.empty()) text += paragraph(printable_lines(spec.help), name_width + 4);
  }
  return text;
}

}  // namespace flowrun
