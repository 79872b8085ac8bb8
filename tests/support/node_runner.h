#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

/// The plugins of the build, scanned once.
Registry& built_plugins();

/// Runs one node of a built plugin through its real library, without an engine: parameters are checked and defaulted as the
/// validator does it, outputs are checked as the engine does it (each once, of the described type). Tasks of parallel_for really
/// run on several threads.
///
///   NodeRunner runner("segment.threshold", {{"above", 0.5}});
///   runner.input("volume", volume);
///   runner.run();
///   CHECK(runner.output<Mask>("mask").voxels[0] == 1);
class NodeRunner {
 public:
  using Values = std::vector<std::pair<std::string, ParamValue>>;
  /// Throws Error for an unknown type, or a parameter that is unknown, missing or out of range.
  explicit NodeRunner(const std::string& type, const Values& params = {}, const std::string& device = "auto");
  explicit NodeRunner(const NodeType& type, const Values& params = {}, const std::string& device = "auto");
  NodeRunner(NodeRunner&&) noexcept;
  ~NodeRunner();

  NodeRunner& set(const std::string& param, ParamValue value);  ///< a per-case parameter for the next run
  NodeRunner& case_name(std::string name);
  NodeRunner& threads(int count);

  /// Adds a payload at a port: the next of a variadic port, the next item of a collecting one.
  NodeRunner& input(const std::string& port, PayloadPtr payload);
  template <class T>
  NodeRunner& input(const std::string& port, T payload) {
    return input(port, PayloadPtr(std::make_shared<const T>(std::move(payload))));
  }
  void clear_inputs();
  void cancel_after(int looks);  ///< cancelled() is true from the look of this number on; parallel_for looks before each task

  /// Opens the node at the first call; one firing. What the node throws comes out unchanged.
  void open();
  void run();
  /// What run threw as text, or "" when it passed.
  std::string error_of_run();

  PayloadPtr output_ptr(const std::string& port) const;  ///< throws Error when nothing was emitted
  template <class T>
  const T& output(const std::string& port) const {
    const PayloadPtr payload = output_ptr(port);
    if (const T* typed = payload_cast<T>(payload.get())) return *typed;
    throw Error("output '" + port + "' is a " + std::string(payload->type()));
  }
  const std::vector<PayloadPtr>& items(const std::string& port) const;  ///< of a stream
  std::int64_t expected() const;                                        ///< what the stream said to expect before its first item
  const std::map<std::string, double>& reports() const;
  const std::vector<std::string>& warnings() const;
  const std::vector<double>& progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowrun::testing
