// A graph that is opened once and run many times, with packets in memory: for services, bindings and tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/graph_spec.h"
#include "flowrun/host/registry.h"
#include "flowrun/host/runtime.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun {

struct SessionRequest {
  /// A graph whose inputs take packets, as graphs within graphs do; its outputs are what run() gives back.
  std::filesystem::path graph;
  std::vector<std::string> settings;  ///< name=value, or node.param=value: for every run
  std::vector<std::string> changing;  ///< parameters that each run may set again; none that a node needs when it is opened
  int threads = 0;                    ///< 0: the cores that the process may use
  int cases_in_flight = 2;            ///< of the inputs of one call
  std::string device = "auto";
  std::filesystem::path out;  ///< value of ${out}, for nodes that write files
  std::filesystem::path cache;  ///< folder of kept results (host/kept_results.h); empty: none are kept
  std::int64_t cache_limit = std::int64_t{10} << 30;  ///< bytes
};

struct SessionInput {
  std::map<std::string, PayloadPtr> packets;   ///< by input of the graph; one that is not required may be missing
  /// Of `changing`, and of the graph's inputs that are values; others have their default.
  std::map<std::string, ParamValue> settings;
};

struct SessionOutput {
  CaseResult result;                          ///< its status, and why it failed
  std::map<std::string, PayloadPtr> packets;  ///< by output of the graph; all of them when it is done, but absent ones
};

/// Nodes are opened, and models loaded, by the first run; later ones find them open. Nothing else is kept from one run to the
/// next, but results in the folder `cache`: those of equal packets and parameters are taken from there.
class Session {
 public:
  /// Reads and checks the graph. What is wrong goes to `faults`; then nothing can be run. The registry must outlive this object.
  Session(SessionRequest request, Registry& registry, Diagnostics& faults);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Throws Error for a node that cannot be opened, and for inputs that are no inputs of the graph; never for what a node does
  /// then. From any thread; calls of several threads wait for each other.
  SessionOutput run(SessionInput input);
  std::vector<SessionOutput> run_all(std::vector<SessionInput> inputs);  ///< several at a time

  /// Ends the run in progress, if there is one: its cases are cancelled. From any thread.
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowrun
