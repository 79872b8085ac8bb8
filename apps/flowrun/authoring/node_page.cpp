#include "authoring/node_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "authoring/param_text.h"
#include "authoring/port_text.h"
#include "flowrun/host/text.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

constexpr std::size_t kMarkdownWidth = 120;

/// Text of a description where Markdown is read: nothing in it is a mark.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : printable_lines(text)) {
    if (c == '<') safe += "&lt;";
    else if (c == '*' || c == '`' || c == '#') safe += std::string("\\") + c;
    else safe += c;
  }
  return safe;
}

/// The same as a part of a line.
std::string one_line(const std::string& text) {
  std::string safe = plain(text);
  std::replace(safe.begin(), safe.end(), '\n', ' ');
  return safe;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + printable(text) + "`"; }

/// A line that was broken must not begin with what Markdown reads as a mark of a list or of a heading.
std::string without_mark(const std::string& line) {
  if (line.starts_with("-") || line.starts_with("+") || line.starts_with("=") || line.starts_with(">")) return "\\" + line;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits > 0 && digits < line.size() && (line[digits] == '.' || line[digits] == ')') &&
      (digits + 1 == line.size() || line[digits + 1] == ' '))
    return line.substr(0, digits) + "\\" + line.substr(digits);
  return line;
}

/// A paragraph or an item of a list in lines of a page's width.
std::string broken(const std::string& text, std::size_t indent = 0) {
  std::string result;
  for (const std::string& line : wrapped(text, kMarkdownWidth - indent))
    result += (result.empty() ? line : std::string(indent, ' ') + without_mark(line)) + "\n";
  return result;
}

/// Several paragraphs, or a text with lines of its own.
std::string broken_lines(const std::string& text) {
  std::string result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    result += broken(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

std::string item(const std::string& name, const std::string& facts, const std::string& help) {
  const std::string sentence = help.empty() ? "" : " " + one_line(help) + ".";
  return broken("- " + code(name) + ": " + facts + "." + sentence, 2);
}

std::string inputs_text(const NodeType& type) {
  if (type.inputs.empty()) return "";
  std::string text = "\n## Inputs\n\n";
  for (const InputPort& port : type.inputs)
    text += item(port.name, code(port.payload) + ", " + one_line(input_takes(port)), port.help);
  return text;
}

std::string outputs_text(const NodeType& type) {
  if (type.outputs.empty()) return "";
  std::string text = "\n## Outputs\n\n";
  for (const OutputPort& port : type.outputs)
    text += item(port.name, code(port.payload) + ", " + one_line(output_gives(port)), port.help);
  return text;
}

std::string param_facts(const ParamSpec& spec) {
  std::string text = one_line(type_text(spec));
  text += spec.default_value ? ", default " + code(to_string(*spec.default_value)) : ", required";
  if (!spec.unit.empty()) text += (spec.default_value ? " " : ", in ") + one_line(spec.unit);
  const std::string allowed = one_line(allowed_text(spec));
  return allowed.empty() ? text : text + "; " + allowed;
}

std::string params_section(const NodeType& type) {
  if (type.params.empty()) return "";
  std::string text = "\n## Parameters\n\n";
  for (const ParamSpec& spec : type.params) text += item(spec.name, param_facts(spec), spec.help);
  return text;
}

std::string example_section(const NodeExample& example, const std::filesystem::path& folder) {
  std::string text = "\n## In a graph\n\n";
  if (!example.source.empty()) {
    const auto link =
        std::filesystem::weakly_canonical(example.source).lexically_relative(std::filesystem::weakly_canonical(folder));
    text += fmt::format("From [{}]({}):\n\n", example.source.filename().generic_string(), link.generic_string());
  }
  return text + "```json\n" + example.text + "```\n";
}

}  // namespace

std::string node_page(const RegisteredType& known, const NodeExample& example, const std::filesystem::path& folder) {
  const NodeType& type = known.type;
  std::string text = "# " + type.name + "\n\n" + broken(one_line(type.summary) + ".") + "\n";
  text += fmt::format("Plugin [{0}](README.md#{0}). Runs on {1}; {2}{3}.\n", known.plugin,
                      type.cuda ? "the CPU or with CUDA" : "the CPU",
                      type.concurrent ? "several firings at a time" : "one firing at a time",
                      type.repeatable ? "" : "; results may differ each time and are never kept");
  if (!type.details.empty()) text += "\n" + broken_lines(plain(type.details));
  return text + inputs_text(type) + outputs_text(type) + params_section(type) + example_section(example, folder);
}

bool is_node_page(const std::string& text, const std::string& type) {
  return text.starts_with("# " + type + "\n") && text.find("](README.md#") != std::string::npos &&
         text.find("). Runs on ") != std::string::npos;
}

std::string node_index(const std::vector<const RegisteredType*>& types) {
  std::string text = fmt::format(
      "# Node types\n\nA page for each node type, {}. `flowrun describe`\nshows the same in a terminal. Edit the "
      "descriptions, not the pages.\n",
      kMadeByDocs);
  std::string plugin;
  for (const RegisteredType* known : types) {
    if (known->plugin != plugin) text += fmt::format("\n## {}\n\n", known->plugin);
    plugin = known->plugin;
    text += broken(fmt::format("- [{0}]({0}.md): {1}", known->type.name, one_line(known->type.summary)), 2);
  }
  return text;
}

}  // namespace flowrun
