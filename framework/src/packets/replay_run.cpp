// The graph of a replay: sources of the packets that were kept, and the node that failed.
#include <algorithm>

#include "flowrun/host/replay.h"
#include "flowrun/host/split_graph.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// What the sources emit, by slot of the node. A node type's `create` takes no argument, so the sources find it here.
std::vector<PayloadPtr> packets_to_replay;

/// "p3" -> 3: outputs of the sources are named after the slots that they feed.
std::size_t slot_of(const std::string& port) { return static_cast<std::size_t>(std::stoul(port.substr(1))); }
std::string port_of(std::size_t slot) { return "p" + std::to_string(slot); }

struct Packets : Node {
  void process(Context& context) override {
    for (const std::string& port : context.params().texts("ports"))
      context.emit_shared(port, packets_to_replay.at(slot_of(port)));
  }
};

/// One chunk with all its packets, or none where there is no packet.
struct Chunk : Node {
  struct State : Firing {
    bool next(Context& context) override {
      bool more = false;
      for (const std::string& port : context.params().texts("ports")) {
        const PayloadPtr& packet = packets_to_replay.at(slot_of(port));
        if (context.chunk() > 0 || !packet) continue;
        context.emit_shared(port, packet);
        more = true;
      }
      return more;
    }
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

ParamExpression constant(const ParamSpec& spec, ParamValue value) {
  ParamExpression expression;
  expression.name = spec.name;
  expression.constant = std::move(value);
  expression.spec = spec;
  return expression;
}

class ReplayGraph {
 public:
  ReplayGraph(const ReplayBundle& bundle, Registry& registry) : bundle_(bundle), registry_(registry) {
    type_ = registry.find(bundle.type);
    if (!type_)
      throw Error("no plugin offers the node type '" + bundle.type + "' (plugin " + bundle.plugin + " " + bundle.plugin_version +
                  ")" + registry.conflict(bundle.type));
  }

  std::shared_ptr<const ValidatedGraph> build(const fs::path& written) {
    describe_node();
    for (std::size_t i = 0; i < bundle_.inputs.size(); ++i) node_.slots.push_back(slot(i));
    check_ports();
    add_params(written);
    add_sources();
    graph_->name = "replay of " + bundle_.node;
    graph_->file = "replay.json";
    graph_->nodes.push_back(std::move(node_));
    connect_consumers(*graph_);
    for (ValidatedNode& node : graph_->nodes) node.output_used.assign(node.type.outputs.size(), false);
    return graph_;
  }

 private:
  void describe_node() {
    node_.id = bundle_.node;
    node_.type_name = bundle_.type;
    node_.type = type_->type;
    node_.plugin = type_->plugin;
    node_.plugin_version = type_->plugin_version;
    node_.device = bundle_.device;
    node_.scope = bundle_.scope == Scope::run ? Scope::per_case : bundle_.scope;
  }

  InputSlot slot(std::size_t index) const {
    const ReplayInput& input = bundle_.inputs[index];
    const auto& ports = node_.type.inputs;
    const auto port = std::find_if(ports.begin(), ports.end(), [&](const InputPort& one) { return one.name == input.port; });
    if (port == ports.end() || port->payload != input.payload)
      throw Error("node type '" + bundle_.type + "' has no input '" + input.port + "' of " + input.payload + " any more");
    InputSlot slot;
    slot.port = static_cast<std::size_t>(port - ports.begin());
    slot.scope = input.scope == Scope::run ? Scope::per_case : input.scope;
    if (port->collects && slot.scope != Scope::chunk)
      throw Error("input '" + input.port + "' takes all cases of a run; only the whole graph can be run again");
    return slot;
  }

  void check_ports() const {
    for (std::size_t i = 0; i < node_.type.inputs.size(); ++i) {
      const InputPort& port = node_.type.inputs[i];
      const auto count =
          std::count_if(node_.slots.begin(), node_.slots.end(), [i](const InputSlot& slot) { return slot.port == i; });
      if (count == 0 && port.required)
        throw Error("input '" + port.name + "' of node type '" + bundle_.type + "' is not in the bundle");
      if (count > 1 && !port.variadic)
        throw Error("input '" + port.name + "' stands " + std::to_string(count) + " times in the bundle");
    }
    const auto by_port = [](const InputSlot& a, const InputSlot& b) { return a.port < b.port; };
    if (!std::is_sorted(node_.slots.begin(), node_.slots.end(), by_port))
      throw Error("its inputs are not in the node type's order");
    const bool in_chunks = std::any_of(node_.slots.begin(), node_.slots.end(), [&](const InputSlot& slot) {
      return slot.scope == Scope::chunk && !node_.type.inputs[slot.port].collects;
    });
    if (in_chunks != (node_.scope == Scope::chunk)) throw Error("its scope and those of its inputs do not fit");
  }

  void add_params(const fs::path& written) {
    for (const ParamSpec& spec : node_.type.params) {
      const auto given =
          std::find_if(bundle_.params.begin(), bundle_.params.end(), [&](const auto& param) { return param.first == spec.name; });
      if (given == bundle_.params.end() && !spec.default_value)
        throw Error("parameter '" + spec.name + "' of node type '" + bundle_.type + "' is not in the bundle");
      ParamValue value = given == bundle_.params.end() ? *spec.default_value : given->second;
      if (const std::string fault = check_value(spec, value); !fault.empty())
        throw Error("parameter '" + spec.name + "': " + fault);
      auto* path = std::get_if<std::string>(&value);
      if (spec.type == ParamType::path && spec.role == PathRole::output && path && !path->empty())
        *path = (written / fs::path(*path).filename()).string();
      node_.params.push_back(constant(spec, std::move(value)));
    }
  }

  /// One source for what comes once a case; one for the chunk of a firing of chunk scope; one for each stream that is collected.
  void add_sources() {
    std::vector<std::size_t> of_case, of_chunk;
    for (std::size_t i = 0; i < node_.slots.size(); ++i) {
      if (node_.type.inputs[node_.slots[i].port].collects) add_source({i}, true);
      else (node_.slots[i].scope == Scope::chunk ? of_chunk : of_case).push_back(i);
    }
    if (!of_case.empty()) add_source(of_case, false);
    if (of_chunk.empty()) return;
    add_source(of_chunk, true);
    node_.stream_origin = graph_->nodes.size() - 1;
  }

  void add_source(const std::vector<std::size_t>& slots, bool stream) {
    const std::size_t index = graph_->nodes.size();
    ValidatedNode source;
    source.id = (stream ? "chunk" : "packets") + std::to_string(index);
    source.type_name = source.type.name = "replay." + source.id;
    source.type.summary = "the packets that a failed firing had";
    source.type.create = stream ? make<Chunk> : make<Packets>;
    source.plugin = "replay";
    std::vector<std::string> ports;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      ports.push_back(port_of(slots[i]));
      source.type.outputs.push_back({ports.back(), bundle_.inputs[slots[i]].payload, "kept packet", stream});
      node_.slots[slots[i]].source = {index, i};
    }
    source.type.params.push_back({.name = "ports", .type = ParamType::strings, .help = "outputs"});
    source.params.push_back(constant(source.type.params.front(), ports));
    if (!registry_.find(source.type.name)) registry_.add_type(source.type, "replay");
    graph_->nodes.push_back(std::move(source));
  }

  const ReplayBundle& bundle_;
  Registry& registry_;
  const RegisteredType* type_ = nullptr;
  ValidatedNode node_;
  std::shared_ptr<ValidatedGraph> graph_ = std::make_shared<ValidatedGraph>();
};

/// The packets by slot. A slot that nothing came to stays null where that can be: at a collecting port.
std::vector<PayloadPtr> read_packets(const fs::path& folder, const ReplayBundle& bundle, const FindCodec& codecs) {
  std::vector<PayloadPtr> packets;
  for (const ReplayInput& input : bundle.inputs) {
    if (!input.missing.empty())
      throw Error("input '" + input.port + "' of node '" + bundle.node + "' is not kept: " + input.missing +
                  ". To see the failure again run the graph for this case: " + bundle.command);
    packets.push_back(input.file.empty() ? nullptr : PayloadPtr(read_packet(folder / input.file, codecs)));
    if (packets.back() && packets.back()->type() != input.payload)
      throw Error("'" + (folder / input.file).string() + "' is a " + std::string(packets.back()->type()) + ", expected " +
                  input.payload);
  }
  return packets;
}

}  // namespace

ReplayRun prepare_replay(const fs::path& folder, const ReplayBundle& bundle, Registry& registry, const fs::path& written) {
  std::vector<PayloadPtr> packets = read_packets(folder, bundle, [&](std::string_view type) { return registry.codec(type); });
  ReplayRun run;
  run.graph = ReplayGraph(bundle, registry).build(written);
  const ValidatedNode& node = run.graph->nodes.back();
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (!packets[i] && !node.type.inputs[node.slots[i].port].collects)
      throw Error("the packet of input '" + bundle.inputs[i].port + "' is missing");
  packets_to_replay = std::move(packets);
  run.one_case.name = bundle.case_name;
  return run;
}

}  // namespace flowrun
