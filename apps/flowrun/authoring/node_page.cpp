#include "authoring/node_page.h"

#include <fmt/format.h>

#include "authoring/param_text.h"
#include "authoring/port_text.h"
#include "flowrun/host/text.h"

namespace flowrun {
namespace {

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

/// The same as a cell of a table.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : plain(text)) {
    if (c == '|') safe += "\\|";
    else safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

/// As written in a graph; a bar would end the cell.
std::string code(const std::string& text) {
  std::string safe;
  for (const char c : printable(text)) safe += c == '|' ? "\\|" : std::string(1, c);
  return safe.empty() ? "" : "`" + safe + "`";
}

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& one : cells) text += one.empty() ? " |" : " " + one + " |";
  return text + "\n";
}

std::string head(const std::vector<std::string>& names) {
  return row(names) + row(std::vector<std::string>(names.size(), "---"));
}

std::string inputs_text(const NodeType& type) {
  if (type.inputs.empty()) return "";
  std::string text = "\n## Inputs\n\n" + head({"input", "payload", "takes", "is"});
  for (const InputPort& port : type.inputs)
    text += row({code(port.name), code(port.payload), cell(input_takes(port)), cell(port.help)});
  return text;
}

std::string outputs_text(const NodeType& type) {
  if (type.outputs.empty()) return "";
  std::string text = "\n## Outputs\n\n" + head({"output", "payload", "gives", "is"});
  for (const OutputPort& port : type.outputs)
    text += row({code(port.name), code(port.payload), cell(output_gives(port)), cell(port.help)});
  return text;
}

std::string params_table(const NodeType& type) {
  if (type.params.empty()) return "";
  std::string text = "\n## Parameters\n\n" + head({"parameter", "type", "default", "allowed", "unit", "is"});
  for (const ParamSpec& spec : type.params)
    text += row({code(spec.name), cell(type_text(spec)), spec.default_value ? code(to_string(*spec.default_value)) : "required",
                 cell(allowed_text(spec)), cell(spec.unit), cell(spec.help)});
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
  std::string text = fmt::format("# {}\n\n{}.\n\n", type.name, plain(type.summary));
  text += fmt::format("Plugin [{0}](README.md#{0}). Runs on {1}; {2}{3}.\n", known.plugin,
                      type.cuda ? "the CPU or with CUDA" : "the CPU",
                      type.concurrent ? "several firings at a time" : "one firing at a time",
                      type.repeatable ? "" : "; results may differ each time and are never kept");
  if (!type.details.empty()) text += "\n" + plain(type.details) + "\n";
  return text + inputs_text(type) + outputs_text(type) + params_table(type) + example_section(example, folder);
}

bool is_node_page(const std::string& text, const std::string& type) {
  return text.starts_with("# " + type + "\n") && text.find("](README.md#") != std::string::npos &&
         text.find("). Runs on ") != std::string::npos;
}

std::string node_index(const std::vector<const RegisteredType*>& types) {
  std::string text = fmt::format(
      "# Node types\n\nA page for each node type, {}, which `flowrun describe` shows in a\nterminal. Edit the descriptions, not "
      "the "
      "pages.\n",
      kMadeByDocs);
  std::string plugin;
  for (const RegisteredType* known : types) {
    if (known->plugin != plugin) text += fmt::format("\n## {}\n\n", known->plugin) + head({"node type", "does"});
    plugin = known->plugin;
    text += row({fmt::format("[{0}]({0}.md)", known->type.name), cell(known->type.summary)});
  }
  return text;
}

}  // namespace flowrun
