#include "flowrun/host/graph_form.h"

#include <sstream>

#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "spec/arrange.h"
#include "spec/graph_file.h"
#include "spec/migrate.h"

namespace flowrun {
namespace {

struct ReadText {
  std::string text;
  json::Written tree;
};

/// Nothing, and faults, unless the file is JSON in all respects: no name twice, no number out of range.
std::optional<ReadText> read_json(const std::filesystem::path& file, Diagnostics& faults) {
  auto text = spec::read_graph_file(file, faults);
  if (!text) return std::nullopt;
  Diagnostics of_text;
  const bool is_json = json::parse(*text, file.string(), of_text, spec::kLargestGraphFile).has_value() && !of_text.has_errors();
  for (const Diagnostic& fault : of_text.all()) faults.error(fault.place, fault.message);
  if (!is_json) return std::nullopt;
  json::Written tree = json::read_written(*text);
  return ReadText{std::move(*text), std::move(tree)};
}

/// Node types that go by a name of before get the present one; a sentence for each goes to `steps`.
void rename_types(json::Written& root, const Registry& registry, std::vector<std::string>& steps) {
  json::Written* nodes = root.find("nodes");
  if (!nodes) return;
  for (json::WrittenItem& node : nodes->items) {
    json::Written* type = node.value.find("type");
    if (!type || type->text.size() < 2 || type->text.front() != '"') continue;
    const std::string name = type->text.substr(1, type->text.size() - 2);
    const RegisteredType* known = registry.find(name);
    if (!known || known->type.name == name) continue;
    steps.push_back("node type '" + name + "' is now '" + known->type.name + "', in node " + node.name);
    type->text = "\"" + known->type.name + "\"";
  }
}

/// The lines between the first and the last, two spaces further to the left.
std::string without_frame(const std::string& text) {
  std::istringstream lines(text);
  std::string inner, line;
  std::getline(lines, line);
  while (std::getline(lines, line))
    if (line.size() > 2) inner += line.substr(2) + '\n';
  return inner;
}

}  // namespace

std::optional<RewrittenText> format_graph(const std::filesystem::path& file, Diagnostics& faults) {
  auto read = read_json(file, faults);
  if (!read) return std::nullopt;
  spec::arrange(read->tree);
  return RewrittenText{std::move(read->text), json::lay_out(read->tree), {}};
}

std::optional<RewrittenText> migrate_graph(const std::filesystem::path& file, const Registry& registry, Diagnostics& faults) {
  auto read = read_json(file, faults);
  if (!read) return std::nullopt;
  auto steps = spec::migrate(read->tree, file.string(), kGraphFormat, spec::migrations(), faults);
  if (!steps) return std::nullopt;
  rename_types(read->tree, registry, *steps);
  if (steps->empty()) return RewrittenText{read->text, read->text, {}};
  spec::arrange(read->tree);
  return RewrittenText{std::move(read->text), json::lay_out(read->tree), std::move(*steps)};
}

std::string node_text(const std::filesystem::path& file, const std::string& id) {
  Diagnostics faults;
  auto read = read_json(file, faults);
  if (!read) throw Error(to_string(faults.all().front()));
  spec::arrange(read->tree);
  json::Written* nodes = read->tree.find("nodes");
  json::Written* node = nodes ? nodes->find(id) : nullptr;
  if (!node) throw Error("'" + file.string() + "' has no node '" + id + "'");
  json::Written alone;
  alone.kind = json::Written::Kind::object;
  alone.shape = json::Shape::lines;
  alone.items.push_back({"\"" + id + "\"", std::move(*node)});
  return without_frame(json::lay_out(alone));
}

}  // namespace flowrun
