#include "authoring/dot_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <vector>

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

/// A node, or a subgraph that is drawn as one.
struct Box {
  std::string id;
  std::vector<std::size_t> nodes;
  bool whole_subgraph = false;
};

/// The boxes below one prefix: those directly in it, and the prefixes one level down.
struct Cluster {
  std::vector<std::size_t> boxes;
  std::map<std::string, Cluster> inner;
};

Cluster clusters_of(const std::vector<Box>& boxes) {
  Cluster root;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    Cluster* at = &root;
    std::string rest = boxes[i].id;
    for (std::size_t slash = rest.find('/'); slash != std::string::npos; slash = rest.find('/')) {
      at = &at->inner[rest.substr(0, slash)];
      rest.erase(0, slash + 1);
    }
    at->boxes.push_back(i);
  }
  return root;
}

/// "networks" of "networks/initial/patches" and depth 0; the whole id where it is not so deep.
std::string shown_id(const std::string& id, int depth) {
  std::size_t slash = id.find('/');
  for (; depth > 0 && slash != std::string::npos; --depth) slash = id.find('/', slash + 1);
  return id.substr(0, slash);
}

class DotWriter {
 public:
  DotWriter(const ValidatedGraph& graph, const DrawOptions& options)
      : graph_(graph), options_(options), dashed_(graph.nodes.size()) {
    for (const ValidatedNode& node : graph.nodes) fills_.try_emplace(node.plugin, kFills[fills_.size() % kFills.size()]);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      dashed_[i] = may_be_left_out(i);
      add_to_box(i);
    }
  }

  std::string write() {
    text_ = fmt::format("digraph {} {{\n", quoted(graph_.name));
    text_ += "  rankdir=LR; compound=true; fontname=\"Helvetica\"; labelloc=t;\n";
    text_ += fmt::format("  label={};\n", quoted(graph_.name + (graph_.summary.empty() ? "" : "\n" + graph_.summary)));
    text_ += "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];\n";
    text_ += "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#555555\"];\n";
    write_cluster(clusters_of(boxes_), 1);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) write_edges(i);
    return text_ + "}\n";
  }

 private:
  void add_to_box(std::size_t index) {
    const std::string& id = graph_.nodes[index].id;
    const std::string shown = options_.depth < 0 ? id : shown_id(id, options_.depth);
    auto box = std::find_if(boxes_.begin(), boxes_.end(), [&](const Box& one) { return one.id == shown; });
    if (box == boxes_.end()) box = boxes_.insert(boxes_.end(), {shown, {}, shown != id});
    box->nodes.push_back(index);
    box_of_.push_back(static_cast<std::size_t>(box - boxes_.begin()));
  }

  void write_cluster(const Cluster& cluster, std::size_t depth) {
    const std::string indent(2 * depth, ' ');
    for (const std::size_t box : cluster.boxes) write_box(box, indent);
    for (const auto& [name, inner] : cluster.inner) {
      text_ += fmt::format("{}subgraph cluster_{} {{\n{}  label={}; style=\"rounded,dashed\"; color=\"#888888\";\n", indent,
                           next_cluster_++, indent, quoted(name));
      write_cluster(inner, depth + 1);
      text_ += indent + "}\n";
    }
  }

  void write_box(std::size_t index, const std::string& indent) {
    const Box& box = boxes_[index];
    const ValidatedNode& node = graph_.nodes[box.nodes.front()];
    std::vector<std::string> lines{box.id.substr(box.id.rfind('/') + 1)};
    if (box.whole_subgraph) {
      lines.push_back(count_text(box.nodes.size(), "node"));
    } else {
      lines.insert(lines.end(), {node.type_name, fmt::format("once a {}", to_string(node.scope))});
      for (const std::string& input : node.optional_inputs) lines.push_back("where " + input + " is given");
      for (const Condition& condition : node.conditions) lines.push_back("where " + condition.text);
    }
    const double share = add_work(box, lines);
    const bool dashed = std::all_of(box.nodes.begin(), box.nodes.end(), [&](std::size_t i) { return dashed_[i]; });
    std::string style = fmt::format(", fillcolor=\"{}\"", box.whole_subgraph ? "#ffffff" : fills_.at(node.plugin));
    style += ", tooltip=" + quoted(box.whole_subgraph ? box.id : "plugin " + node.plugin + " " + node.plugin_version);
    if (dashed) style += ", style=\"rounded,filled,dashed\"";
    if (share >= 0.01) style += fmt::format(", color=\"#b3261e\", penwidth={:.1f}", 1 + 5 * share);
    text_ += fmt::format("{}n{} [label={}{}];\n", indent, index, quoted(join_lines(lines)), style);
  }

  /// What a run did in these nodes, as lines. Gives back their share of its busy time.
  double add_work(const Box& box, std::vector<std::string>& lines) const {
    if (!options_.work) return 0;
    NodeWork sum;
    for (const std::size_t node : box.nodes) {
      const auto found = options_.work->nodes.find(graph_.nodes[node].id);
      if (found == options_.work->nodes.end()) continue;
      sum.firings += found->second.firings;
      sum.busy_s += found->second.busy_s;
      sum.left_out = std::max(sum.left_out, found->second.left_out);
    }
    const double share = options_.work->busy_s > 0 ? sum.busy_s / options_.work->busy_s : 0;
    lines.push_back(fmt::format("{}, {} ({:.1f} %)", count_text(static_cast<std::size_t>(sum.firings), "firing"),
                                duration_text(sum.busy_s), 100 * share));
    if (sum.left_out > 0)
      lines.push_back(fmt::format("left out in {} of {}", sum.left_out, count_text(options_.work->cases, "case")));
    return share;
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

  /// An output says what it is at the first of its edges; the others say only to which port they go, where that has another name.
  std::string edge_label(const InputSlot& slot, const std::string& input) {
    const OutputPort& output = graph_.nodes[slot.source.node].type.outputs[slot.source.port];
    const bool first = labelled_.insert({slot.source.node, slot.source.port}).second;
    if (!first) return output.name == input ? "" : "to " + input;
    const std::string ports = output.name == input ? output.name : output.name + " to " + input;
    const std::string payload = short_payload(output.payload);
    const std::string second = (payload == ports ? "" : payload) + (slot.scope == Scope::chunk ? " (chunks)" : "");
    return second.empty() ? ports : ports + "\n" + second;
  }

  /// Within a box there are none; between two boxes there is one for each output.
  void write_edges(std::size_t index) {
    for (const InputSlot& slot : graph_.nodes[index].slots) {
      const std::size_t from = box_of_[slot.source.node], to = box_of_[index];
      if (from == to) continue;
      const bool merged = boxes_[to].whole_subgraph || boxes_[from].whole_subgraph;
      if (merged && !drawn_.insert({slot.source.node, slot.source.port, to}).second) continue;
      const bool chunks = slot.scope == Scope::chunk;
      const std::string& output = graph_.nodes[slot.source.node].type.outputs[slot.source.port].name;
      const std::string label =
          edge_label(slot, boxes_[to].whole_subgraph ? output : graph_.nodes[index].type.inputs[slot.port].name);
      text_ += fmt::format(
          "  n{} -> n{} [label={}{}];\n", from, to, quoted(label),
          std::string(chunks ? ", penwidth=2.5, color=\"#1f5fa8\"" : "") + (dashed_[slot.source.node] ? ", style=dashed" : ""));
    }
  }

  const ValidatedGraph& graph_;
  const DrawOptions& options_;
  std::vector<bool> dashed_;  ///< nodes that may be left out
  std::vector<Box> boxes_;
  std::vector<std::size_t> box_of_;  ///< by node
  std::map<std::string, std::string> fills_;
  std::set<std::pair<std::size_t, std::size_t>> labelled_;             ///< node and output
  std::set<std::tuple<std::size_t, std::size_t, std::size_t>> drawn_;  ///< the same, and the box that reads
  std::string text_;
  int next_cluster_ = 0;
};

}  // namespace

std::string to_dot(const ValidatedGraph& graph, const DrawOptions& options) { return DotWriter(graph, options).write(); }

}  // namespace flowrun
