// Nodes that take packets out of memory and put packets there.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "flowrun/sdk/node_type.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

/// Packets of the cases of one run, by case and name.
class PacketTable {
 public:
  using Packets = std::map<std::string, PayloadPtr>;
  void put(const std::string& case_name, Packets packets);
  PayloadPtr packet(const std::string& case_name, const std::string& name) const;
  void keep_output(const std::string& case_name, const std::string& name, PayloadPtr packet);
  Packets take(const std::string& case_name);  ///< the outputs

  /// Nothing stays in the table after its life.
  struct Cleared {
    explicit Cleared(PacketTable& of) : table(of) {}
    ~Cleared();
    PacketTable& table;
  };

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Packets> inputs_, outputs_;
};

/// Emits the case's packet of that name at its port "packet".
NodeType packet_source(const std::string& type_name, const std::string& name, const std::string& payload,
                       std::shared_ptr<PacketTable> table);
/// Keeps what comes to its port "packet".
NodeType packet_sink(const std::string& type_name, const std::string& name, std::shared_ptr<PacketTable> table);

}  // namespace flowrun
