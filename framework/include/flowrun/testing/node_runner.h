// Runs one node of a plugin without a graph and without an engine: for tests. Needs no test framework.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

/// The plugins of FLOWRUN_PLUGIN_PATH and of lib/flowrun/plugins beside the folder of the running program, scanned once.
Registry& found_plugins();

/// Runs one node through its real library. Parameters are checked and defaulted as the validator does it, outputs are checked as
/// the engine does it (each once, of the described type), collected items come one by one and streams are drawn to their end.
/// Tasks of parallel_for really run on several threads.
///
///   NodeRunner runner("segment.threshold", R"({"above": 0.5})");
///   runner.input("volume", volume);
///   runner.run();
///   CHECK(runner.output<Mask>("mask").voxels[0] == 1);
///
/// Everything that the test itself does wrong (an unknown port, a missing input...) is an Error that says so. One thread uses a
/// runner.
class NodeRunner {
 public:
  using Values = std::vector<std::pair<std::string, ParamValue>>;

  /// A node of the plugins that found_plugins() finds. Throws Error for an unknown type (with the reasons of plugins that cannot
  /// be used), or a parameter that is unknown, missing, of the wrong type or out of range.
  explicit NodeRunner(const std::string& type, const Values& params = {}, const std::string& device = "auto");
  /// The same with parameters as a graph file has them: a JSON object. All its faults are reported at once, with line and column.
  /// Names in ${} are not substituted,
  /// and relative paths start at the working folder.
  NodeRunner(const std::string& type, const char* params_json, const std::string& device = "auto");
  // The same for the plugins of another registry, which must outlive the runner.
  NodeRunner(Registry& registry, const std::string& type, const Values& params = {}, const std::string& device = "auto");
  NodeRunner(Registry& registry, const std::string& type, const char* params_json, const std::string& device = "auto");
  /// A node type of the test's own program.
  explicit NodeRunner(const NodeType& type, const Values& params = {}, const std::string& device = "auto");
  NodeRunner(const NodeType& type, const char* params_json, const std::string& device = "auto");
  NodeRunner(NodeRunner&&) noexcept;
  ~NodeRunner();

  const NodeType& type() const;

  // For the runs that follow; each returns the runner.
  NodeRunner& set(const std::string& param, ParamValue value);  ///< a per-case parameter
  NodeRunner& case_name(std::string name);                      ///< default "case"
  NodeRunner& chunk(std::int64_t index);                        ///< default -1: above chunk scope
  NodeRunner& threads(int count);                               ///< default 1

  /// Adds a payload at a port: the next of a variadic port, the next item of a collecting one. It stays for further runs.
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
    throw Error("output '" + port + "' is a " + std::string(payload->type()) + ", the test asks for a " + std::string(T::kType));
  }
  const std::vector<PayloadPtr>& items(const std::string& port) const;  ///< of a stream, in the order emitted
  std::int64_t expected() const;                         ///< what the stream said to expect before its first item; -1: nothing
  const std::map<std::string, double>& reports() const;  ///< of the last run
  const std::vector<std::string>& warnings() const;      ///< of open and of all runs
  const std::vector<double>& progress() const;           ///< fractions of all runs, in the order reported

 private:
  struct State;
  NodeRunner(const NodeType& type, Registry* registry, Values params, const std::string& device);
  std::unique_ptr<State> state_;
};

}  // namespace flowrun::testing
