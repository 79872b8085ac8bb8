// Results of nodes that an earlier run left: what the engine asks for before a case runs, and what it hands over to be kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

/// What a node does in a case. `load`: its outputs are those of an earlier run. `skip`: nothing, because nothing needs its
/// outputs. `leave_out`: its outputs are absent, whatever comes to its inputs.
enum class NodeUse : std::uint8_t { run, load, skip, leave_out };

/// What a node reported in a case beside its outputs.
struct NodeNote {
  std::vector<std::pair<std::string, double>> reports;
  std::vector<std::string> warnings;    ///< sentences, without the node's name
  std::optional<std::string> left_out;  ///< it did not run, and why; no reason: what it needs is absent
};

/// What an earlier run has made of a node.
struct LoadedResult {
  std::vector<std::unique_ptr<Payload>> outputs;      ///< by port; null: not needed
  double saved_s = 0;                                 ///< that the node, and what it alone needed, took when they ran
  std::chrono::steady_clock::time_point begin, end{};  ///< of reading it
};

/// What earlier runs save a case.
struct KeptCase {
  std::vector<NodeUse> uses;                   ///< by node; empty: all run
  std::map<std::size_t, LoadedResult> loaded;  ///< by node
  std::map<std::size_t, NodeNote> notes;       ///< of nodes that do not run
  std::shared_ptr<void> state;                 ///< for keep()

  double saved_s() const {
    double sum = 0;
    for (const auto& [node, result] : loaded) sum += result.saved_s;
    return sum;
  }
};

/// A node of case scope that has made its outputs. Nothing of it is valid after the call.
struct MadeResult {
  std::size_t node = 0;
  std::shared_ptr<void> state;                    ///< of the case's KeptCase
  std::span<const PayloadPtr> outputs;            ///< by port; null where one is unconnected
  std::function<NodeNote(std::size_t)> note_of;   ///< of a node, as far as the case has come
  std::function<double(std::size_t)> seconds_of;  ///< that a node has worked for the case, the sum over threads
};

/// Keeps results of nodes. Called from any thread, several calls at a time.
class NodeResults {
 public:
  virtual ~NodeResults() = default;
  /// Before the first firing of a case. Must not throw.
  virtual KeptCase find(const Case& one) = 0;
  /// Before the outputs are delivered. Must not throw.
  virtual void keep(const MadeResult& made) = 0;
};

}  // namespace flowrun
