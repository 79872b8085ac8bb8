// Small nodes that make the engine's behaviour visible, and a run of a graph given as text.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "flowrun/host/runtime.h"
#include "flowrun/sdk/node.h"

namespace toy {

using namespace flowrun;

/// One number; `weight` bytes of it count in the engine's account.
struct ToyNumber : PayloadOf<ToyNumber> {
  static constexpr std::string_view kType = "toy.number/1";
  explicit ToyNumber(double of = 0, std::size_t weight = sizeof(double)) : value(of), weight_(weight) { note(+1); }
  ToyNumber(const ToyNumber& other) : PayloadOf<ToyNumber>(other), value(other.value), weight_(other.weight_) { note(+1); }
  ToyNumber& operator=(const ToyNumber&) = default;
  ~ToyNumber() override { note(-1); }
  std::size_t bytes() const noexcept override { return weight_; }
  double value;

  static std::atomic<int> alive;
  static std::atomic<int> most_alive;

 private:
  static void note(int change);
  std::size_t weight_;
};

/// What sinks saw, in the order of arrival.
struct Seen {
  std::string node;
  std::string case_name;
  std::int64_t chunk;
  double value;
};
extern std::mutex seen_mutex;
extern std::vector<Seen> seen;
std::vector<Seen> seen_by(const std::string& node);

/// How many firings of toy.work ran at once, at most.
extern std::atomic<int> most_at_once;
/// Called by toy.hook and toy.away in every firing with its context and its input.
extern std::function<void(Context&, double)> hook;

void reset();
Registry registry();

/// Validates a graph whose "nodes" object is given, with case inputs "n" (a number) where asked for. Fails the test on any fault.
std::shared_ptr<const ValidatedGraph> graph(const std::string& nodes, const Registry& types);

/// Runs it over cases a, b, c... with inputs n = 0, 1, 2...
RunResult run(const std::string& nodes, int cases = 1, RunOptions options = {});
/// The same with a hook; it gets the run too.
RunResult run_hooked(const std::string& nodes, int cases, RunOptions options, std::function<void(Run&, Context&, double)> with);
std::vector<Case> make_cases(int count);

}  // namespace toy
