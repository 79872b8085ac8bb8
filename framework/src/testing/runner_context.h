#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/node.h"

namespace flowrun::testing {

/// What a node of a runner sees in open and in its firings, and what it left there.
class RunnerContext final : public OpenContext, public Context {
 public:
  // What the test set.
  NodeType type;
  std::string device_word = "auto";
  std::string name = "case";
  std::int64_t chunk_index = -1;
  int thread_count = 1;
  mutable std::atomic<int> looks_left{-1};  ///< at cancelled, until it is true; -1: never
  std::map<std::string, std::vector<PayloadPtr>, std::less<>> fed;
  std::set<std::string, std::less<>> taken;  ///< input ports that this firing has taken
  const Params* current = nullptr;           ///< those of open or of the firing

  // What the node said.
  std::map<std::string, std::vector<PayloadPtr>, std::less<>> emitted;
  std::int64_t expected_items = -1;
  std::map<std::string, double> reported;
  std::vector<std::string> warned;
  std::vector<double> steps;
  std::vector<std::string> broken;  ///< how it broke its contract; each was thrown as an Error too

  void clear_firing();
  void check_inputs() const;  ///< Throws Error for what the test forgot.
  void check_outputs();       ///< Throws Error for what the node forgot.
  void drive(Node& node);     ///< one firing of a node that collects or streams
  void process(Node& node);   ///< one of any other; returns when a deferred one has come back and its rest has run

  // OpenContext and Context
  const Params& params() const override { return *current; }
  std::string_view node_id() const override { return "node"; }
  std::string_view device() const override { return device_word; }
  int threads() const override { return thread_count; }
  void warn(std::string_view sentence) override;
  std::string_view case_name() const override { return name; }
  std::int64_t chunk() const override { return chunk_index; }
  bool cancelled() const override;
  std::span<const PayloadPtr> inputs(std::string_view port) const override;
  Payload* exclusive(std::string_view port) override;  ///< always null, so that the test keeps its input; what follows is checked
  void emit_owned(std::string_view port, std::unique_ptr<Payload> payload) override { emit_shared(port, std::move(payload)); }
  void emit_shared(std::string_view port, PayloadPtr payload) override;
  void report(std::string_view what, double value) override;
  void progress(double fraction) override;
  void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once) override;
  void span(std::string_view, std::chrono::steady_clock::time_point, std::chrono::steady_clock::time_point) override {}
  std::unique_ptr<Deferred> defer() override;

  const InputPort& input_port(std::string_view port) const;    ///< Throws Error for an unknown name.
  const OutputPort& output_port(std::string_view port) const;  ///< Throws Error for an unknown name.

 private:
  enum class Fills { nothing, plain, stream };  ///< which outputs a call may emit at
  [[noreturn]] void break_off(const std::string& fault);
  void begin_call(Fills fills);
  bool draw(Firing& firing);

  class Handle;
  Fills fills_ = Fills::plain;
  std::set<std::string, std::less<>> filled_;  ///< outputs that the call has emitted at
  enum class Deferring { refused, allowed, done };
  Deferring in_firing_ = Deferring::refused;
  std::mutex mutex_;  // guards what tasks may write: warned and steps; and what a deferred firing's thread does
  std::condition_variable came_back_;
  std::function<void(Context&)> rest_;
};

}  // namespace flowrun::testing
