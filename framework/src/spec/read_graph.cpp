#include <algorithm>

#include "flowrun/host/graph_form.h"
#include "spec/read_parts.h"

namespace flowrun::spec {
namespace {

/// Whether the file has the format that this code reads; a fault otherwise.
bool format_fits(Source& source, ObjectReader& reader, const json::Value& root) {
  const json::Value* format = reader.find("format");
  if (!format) {
    reader.error(source.place(root), "the graph does not say its format; add \"format\": " + std::to_string(kGraphFormat));
    return true;
  }
  if (format->is(json::Kind::integer) && format->integer() == kGraphFormat) return true;
  if (format->is(json::Kind::integer) && format->integer() > kGraphFormat) {
    reader.error(source.place(*format), "the graph has format " + std::to_string(format->integer()) +
                                            ", and this flowrun reads format " + std::to_string(kGraphFormat) +
                                            "; run it with a newer flowrun");
    return false;
  }
  reader.error(source.place(*format), "'format' takes " + std::to_string(kGraphFormat) + ", found " + found_words(*format));
  return true;
}

void read_requirements(Source& source, ObjectReader& reader, GraphSpec& graph) {
  for (const json::Member& member : reader.members("requires")) {
    if (member.value.is(json::Kind::string))
      graph.requires_.push_back({member.name, member.value.text(), source.place(member.value)});
    else
      reader.error(
          source.place(member.value),
          "plugin '" + member.name + "' in 'requires': expected a version such as \">=1.0\", found " + found_words(member.value));
  }
}

void read_column(Source& source, ObjectReader& reader, const json::Member& member, GraphSpec& graph) {
  const std::string what = "column '" + member.name + "': ";
  if (!is_name(member.name, false))
    reader.error(source.place(member), what + "its name takes letters, digits and '_', no digit first");
  else if (std::find(kTableColumns.begin(), kTableColumns.end(), member.name) != kTableColumns.end())
    reader.error(source.place(member), what + "every table has a column of this name; use another");
  else if (!member.value.is(json::Kind::string))
    reader.error(source.place(member.value), what + "expected a figure as \"node.figure\", found " + found_words(member.value));
  else graph.columns.push_back({member.name, source.place(member.value), member.value.text()});
}

}  // namespace

std::shared_ptr<GraphSpec> read_graph(Source& source, const json::Value& root) {
  ObjectReader reader(source, root, "");
  if (!root.is(json::Kind::object) || !format_fits(source, reader, root)) return nullptr;
  auto graph = std::make_shared<GraphSpec>();
  graph->file = source.file;
  reader.find("$schema");
  graph->name = reader.text("name").value_or(graph->file.stem().string());
  graph->summary = reader.text("summary").value_or("");
  read_requirements(source, reader, *graph);
  for (const json::Member& member : reader.members("parameters")) read_parameter(source, member, *graph);
  for (const json::Member& member : reader.members("inputs")) read_input(source, member, *graph);
  for (const json::Member& member : reader.members("nodes")) read_node(source, member, *graph);
  for (const json::Member& member : reader.members("outputs")) read_output(source, member, *graph);
  for (const json::Member& member : reader.members("columns")) read_column(source, reader, member, *graph);
  reader.finish();
  const json::Value* nodes = root.find("nodes");
  if (!nodes || (nodes->is(json::Kind::object) && nodes->members().empty()))
    reader.error(source.place(root), "the graph has no nodes");
  return graph;
}

}  // namespace flowrun::spec
