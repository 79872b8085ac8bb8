#include "authoring/dot_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "flowrun/host/text.h"

namespace flowrun {
namespace {

constexpr std::array<const char*, 10> kFills{"#dbe9f6", "#e2f0d9", "#fde9d9", "#ece2f3", "#fff4cc",
                                             "#f9dcdc", "#d9f0ee", "#e8e8e8", "#e6ecd0", "#f3e0ea"};

/// A double-quoted DOT string. Graphviz gives a backslash and some letters a meaning of their own in labels, so it is doubled.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : printable_lines(text)) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') result += "\\n";
    else result += c;
  }
  return result + "\"";
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

/// "flowrun.patch_batch/1" as "patch_batch": the owner of the standard payloads and the version are left out.
std::string short_payload(const std::string& payload) {
  std::string text = payload.substr(0, payload.find('/'));
  return text.starts_with("flowrun.") ? text.substr(8) : text;
}

/// The nodes below one prefix: those directly in it, and the prefixes one level down.
struct Cluster {
  std::vector<std::size_t> nodes;
  std::map<std::string, Cluster> inner;
};

Cluster clusters_of(const ValidatedGraph& graph) {
  Cluster root;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Cluster* at = &root;
    std::string rest = graph.nodes[i].id;
    for (std::size_t slash = rest.find('/'); slash != std::string::npos; slash = rest.find('/')) {
      at = &at->inner[rest.substr(0, slash)];
      rest.erase(0, slash + 1);
    }
    at->nodes.push_back(i);
  }
  return root;
}

class DotWriter {
 public:
  explicit DotWriter(const ValidatedGraph& graph) : graph_(graph), dashed_(graph.nodes.size()) {
    for (const ValidatedNode& node : graph.nodes) fills_.try_emplace(node.plugin, kFills[fills_.size() % kFills.size()]);
  }

  std::string write() {
    text_ = fmt::format("digraph {} {{\n", quoted(graph_.name));
    text_ += "  rankdir=LR; compound=true; fontname=\"Helvetica\"; labelloc=t;\n";
    text_ += fmt::format("  label={};\n", quoted(graph_.name + (graph_.summary.empty() ? "" : "\n" + graph_.summary)));
    text_ += "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];\n";
    text_ += "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#555555\"];\n";
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) dashed_[i] = may_be_left_out(i);
    write_cluster(clusters_of(graph_), 1);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) write_edges(i);
    return text_ + "}\n";
  }

 private:
  void write_cluster(const Cluster& cluster, std::size_t depth) {
    const std::string indent(2 * depth, ' ');
    for (const std::size_t node : cluster.nodes) write_node(node, indent);
    for (const auto& [name, inner] : cluster.inner) {
      text_ += fmt::format("{}subgraph cluster_{} {{\n{}  label={}; style=\"rounded,dashed\"; color=\"#888888\";\n", indent,
                           next_cluster_++, indent, quoted(name));
      write_cluster(inner, depth + 1);
      text_ += indent + "}\n";
    }
  }

  void write_node(std::size_t index, const std::string& indent) {
    const ValidatedNode& node = graph_.nodes[index];
    const std::string id = node.id.substr(node.id.rfind('/') + 1);
    std::vector<std::string> lines{id, node.type_name, fmt::format("once a {}", to_string(node.scope))};
    for (const std::string& input : node.optional_inputs) lines.push_back("where " + input + " is given");
    for (const Condition& condition : node.conditions) lines.push_back("where " + condition.text);
    const std::string label = join_lines(lines);
    text_ += fmt::format("{}n{} [label={}, fillcolor=\"{}\", tooltip={}{}];\n", indent, index, quoted(label),
                         fills_.at(node.plugin), quoted("plugin " + node.plugin + " " + node.plugin_version),
                         dashed_[index] ? ", style=\"rounded,filled,dashed\"" : "");
  }

  /// Its conditions, or those of what it needs, may not hold in a case.
  bool may_be_left_out(std::size_t index) const {
    const ValidatedNode& node = graph_.nodes[index];
    bool may_be = !node.optional_inputs.empty() || !node.conditions.empty();
    for (const InputSlot& slot : node.slots) {
      const InputPort& port = node.type.inputs[slot.port];
      may_be = may_be || (port.required && !port.partial && dashed_[slot.source.node]);  // sources come first
    }
    return may_be;
  }

  void write_edges(std::size_t index) {
    const ValidatedNode& node = graph_.nodes[index];
    for (const InputSlot& slot : node.slots) {
      const OutputPort& output = graph_.nodes[slot.source.node].type.outputs[slot.source.port];
      const InputPort& input = node.type.inputs[slot.port];
      const std::string ports = output.name == input.name ? output.name : output.name + " to " + input.name;
      const std::string payload = short_payload(output.payload);
      const bool chunks = slot.scope == Scope::chunk;
      const std::string second = (payload == ports ? "" : payload) + (chunks ? " (chunks)" : "");
      const std::string label = second.empty() ? ports : ports + "\n" + second;
      text_ += fmt::format(
          "  n{} -> n{} [label={}{}];\n", slot.source.node, index, quoted(label),
          std::string(chunks ? ", penwidth=2.5, color=\"#1f5fa8\"" : "") + (dashed_[slot.source.node] ? ", style=dashed" : ""));
    }
  }

  const ValidatedGraph& graph_;
  std::vector<bool> dashed_;  ///< nodes that may be left out
  std::map<std::string, std::string> fills_;
  std::string text_;
  int next_cluster_ = 0;
};

}  // namespace

std::string to_dot(const ValidatedGraph& graph) { return DotWriter(graph).write(); }

}  // namespace flowrun
