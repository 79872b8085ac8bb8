#include "flowrun/host/split_graph.h"

#include <algorithm>
#include <optional>

#include "flowrun/host/replay.h"

namespace flowrun {
namespace {

constexpr const char* kPath = "path";
constexpr const char* kItem = "item";

FindCodec codecs_of(Registry& registry) {
  return [&registry](std::string_view payload) { return registry.codec(payload); };
}

struct Keep : Node {
  explicit Keep(FindCodec known) : codecs(std::move(known)) {}
  void process(Context& context) override {
    const std::filesystem::path file = context.params().text(kPath);
    std::filesystem::create_directories(file.parent_path());
    write_packet(file, *context.inputs(kItem).front(), codecs);
  }
  FindCodec codecs;
};

struct Give : Node {
  explicit Give(FindCodec known) : codecs(std::move(known)) {}
  void process(Context& context) override { context.emit_owned(kItem, read_packet(context.params().text(kPath), codecs)); }
  FindCodec codecs;
};

/// A node of a type that only split graphs have.
template <class Code>
ValidatedNode item_node(std::string_view type, const std::string& id, PathRole role, Registry& registry) {
  ValidatedNode node;
  node.id = id;
  node.type_name = node.type.name = type;
  node.type.summary = "The item of a case in a file, for nodes that take all cases";
  node.type.concurrent = true;
  node.type.params.push_back({.name = kPath, .type = ParamType::path, .help = "The file", .per_case = true});
  node.type.params.back().role = role;
  node.type.create = [codecs = codecs_of(registry)] { return std::make_unique<Code>(codecs); };
  node.plugin = "collect";
  ParamExpression path;
  path.name = kPath;
  path.spec = node.type.params.back();
  node.params.push_back(std::move(path));
  if (!registry.find(node.type.name)) registry.add_type(node.type, node.plugin);
  return node;
}

const OutputPort& source_port(const ValidatedGraph& graph, const SourceRef& source) {
  return graph.nodes[source.node].type.outputs[source.port];
}

ValidatedNode keeping_node(const ValidatedGraph& graph, const CollectedSlot& of, const std::string& folder, Registry& registry) {
  ValidatedNode node = item_node<Keep>(kKeepingType, std::string(kKeepingNode) + of.name, PathRole::output, registry);
  const InputSlot& slot = graph.nodes[of.node].slots[of.slot];
  node.type.inputs.push_back({kItem, source_port(graph, slot.source).payload, "The item"});
  node.slots.push_back({0, slot.source, Scope::per_case});
  node.params.front().pieces = {{"", "out"}, {"/" + folder + "/", ""}, {"", "case"}, {"/" + of.name + ".packet", ""}};
  return node;
}

ValidatedNode giving_node(const ValidatedGraph& graph, const CollectedSlot& of, Registry& registry) {
  ValidatedNode node = item_node<Give>(kGivingType, "give " + of.name, PathRole::input, registry);
  node.type.outputs.push_back({kItem, source_port(graph, graph.nodes[of.node].slots[of.slot].source).payload, "The item"});
  node.output_used = {true};
  node.params.front().pieces = {{"", of.name}};
  node.optional_inputs = {of.name};
  return node;
}

/// Takes some nodes of a graph over into another one, in their order.
class Part {
 public:
  explicit Part(const ValidatedGraph& whole) : whole_(whole), part_(std::make_shared<ValidatedGraph>(whole)) {
    part_->nodes.clear();
    part_->subgraphs.clear();
    places_.resize(whole.nodes.size());
  }

  ValidatedGraph& graph() { return *part_; }

  template <class Belongs>
  void take(Belongs belongs) {
    for (std::size_t i = 0; i < whole_.nodes.size(); ++i)
      if (belongs(whole_.nodes[i])) add(whole_.nodes[i], i);
  }

  /// A node whose sources are those of the whole graph.
  void add(ValidatedNode node, std::optional<std::size_t> place = {}) {
    for (InputSlot& slot : node.slots)
      if (const auto moved = places_[slot.source.node]) slot.source.node = *moved;
    if (node.stream_origin) node.stream_origin = places_[*node.stream_origin];
    if (place) places_[*place] = part_->nodes.size();
    part_->nodes.push_back(std::move(node));
  }

  std::optional<std::size_t> place_of(std::size_t node) const { return places_[node]; }

  std::shared_ptr<const ValidatedGraph> connected() {
    connect_consumers(*part_);
    return part_;
  }

 private:
  const ValidatedGraph& whole_;
  std::shared_ptr<ValidatedGraph> part_;
  std::vector<std::optional<std::size_t>> places_;  ///< of the whole graph's nodes in the part
};

}  // namespace

void connect_consumers(ValidatedGraph& graph) {
  graph.consumers.assign(graph.nodes.size(), {});
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) graph.consumers[i].resize(graph.nodes[i].type.outputs.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (std::size_t slot = 0; slot < graph.nodes[i].slots.size(); ++slot) {
      const SourceRef& source = graph.nodes[i].slots[slot].source;
      graph.consumers[source.node][source.port].push_back({i, slot});
    }
}

std::vector<CollectedSlot> collected_slots(const ValidatedGraph& graph) {
  std::vector<CollectedSlot> slots;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValidatedNode& node = graph.nodes[i];
    for (std::size_t slot = 0; slot < node.slots.size(); ++slot) {
      const InputPort& port = node.type.inputs[node.slots[slot].port];
      if (!port.collects || node.slots[slot].scope != Scope::per_case) continue;
      std::string name = node.id + "." + port.name + "-" + std::to_string(slot);
      std::replace(name.begin(), name.end(), '/', '.');
      slots.push_back({i, slot, std::move(name)});
    }
  }
  return slots;
}

std::shared_ptr<const ValidatedGraph> graph_of_cases(const ValidatedGraph& graph, const std::string& folder, Registry& registry) {
  Part part(graph);
  part.take([](const ValidatedNode& node) { return node.scope != Scope::run; });
  for (const CollectedSlot& slot : collected_slots(graph)) part.add(keeping_node(graph, slot, folder, registry));
  return part.connected();
}

std::shared_ptr<const ValidatedGraph> graph_of_run(const ValidatedGraph& graph, Registry& registry) {
  Part part(graph);
  part.graph().case_inputs.clear();
  part.graph().columns.clear();
  const std::vector<CollectedSlot> slots = collected_slots(graph);
  for (const CollectedSlot& slot : slots) {
    part.add(giving_node(graph, slot, registry));
    ValueSpec input;
    input.spec = {.name = slot.name, .type = ParamType::path, .help = "The item", .per_case = true};
    input.required = false;
    part.graph().case_inputs.push_back(std::move(input));
  }
  part.take([](const ValidatedNode& node) { return node.scope == Scope::run; });
  for (std::size_t i = 0; i < slots.size(); ++i)
    part.graph().nodes[*part.place_of(slots[i].node)].slots[slots[i].slot].source = {i, 0};
  return part.connected();
}

}  // namespace flowrun
