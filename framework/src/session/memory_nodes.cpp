#include "session/memory_nodes.h"

#include <utility>

#include "flowrun/sdk/node.h"

namespace flowrun {
namespace {

constexpr const char* kCase = "case";  ///< parameter: the name of the case

struct Source : Node {
  Source(std::string of, std::shared_ptr<PacketTable> from) : name(std::move(of)), table(std::move(from)) {}
  void process(Context& context) override {
    context.emit_shared("packet", table->packet(std::string(context.params().text(kCase)), name));
  }
  std::string name;
  std::shared_ptr<PacketTable> table;
};

struct Sink : Node {
  Sink(std::string of, std::shared_ptr<PacketTable> into) : name(std::move(of)), table(std::move(into)) {}
  void process(Context& context) override {
    table->keep_output(std::string(context.params().text(kCase)), name, context.inputs("packet").front());
  }
  std::string name;
  std::shared_ptr<PacketTable> table;
};

NodeType with_case(const std::string& type_name, const std::string& summary) {
  NodeType type;
  type.name = type_name;
  type.summary = summary;
  type.concurrent = true;
  type.params.push_back({.name = kCase, .type = ParamType::string, .help = "Name of the case", .per_case = true});
  return type;
}

}  // namespace

void PacketTable::put(const std::string& case_name, Packets packets) {
  const std::lock_guard lock(mutex_);
  inputs_[case_name] = std::move(packets);
}

PayloadPtr PacketTable::packet(const std::string& case_name, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return inputs_.at(case_name).at(name);
}

void PacketTable::keep_output(const std::string& case_name, const std::string& name, PayloadPtr packet) {
  const std::lock_guard lock(mutex_);
  outputs_[case_name][name] = std::move(packet);
}

PacketTable::Packets PacketTable::take(const std::string& case_name) {
  const std::lock_guard lock(mutex_);
  return std::exchange(outputs_[case_name], {});
}

PacketTable::Cleared::~Cleared() {
  const std::lock_guard lock(table.mutex_);
  table.inputs_.clear();
  table.outputs_.clear();
}

NodeType packet_source(const std::string& type_name, const std::string& name, const std::string& payload,
                       std::shared_ptr<PacketTable> table) {
  NodeType type = with_case(type_name, "A packet in memory");
  type.outputs.push_back({.name = "packet", .payload = payload, .help = "The packet"});
  type.create = [name, table] { return std::make_unique<Source>(name, table); };
  return type;
}

NodeType packet_sink(const std::string& type_name, const std::string& name, std::shared_ptr<PacketTable> table) {
  NodeType type = with_case(type_name, "Keeps a packet in memory");
  type.inputs.push_back({.name = "packet", .payload = std::string(kAnyPayload), .help = "The packet"});
  type.create = [name, table] { return std::make_unique<Sink>(name, table); };
  return type;
}

}  // namespace flowrun
