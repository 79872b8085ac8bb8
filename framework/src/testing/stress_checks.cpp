#include <malloc.h>

#include <algorithm>
#include <set>

#include "testing/check_payloads.h"
#include "testing/node_checks.h"
#include "testing/text_style.h"

namespace flowrun::testing {
namespace {

constexpr int kFirings = 8;                  ///< between two looks at the heap
constexpr int kLooks = 16;                   ///< some libraries take a hundred firings to warm up
constexpr std::int64_t kLeakOfAFiring = 64;  ///< bytes; less is the allocator's own noise
constexpr int kReopened = 5;

/// A set of inputs that no firing has seen, in words.
struct Trial {
  std::string what;
  InputSet inputs;
};

/// Fires a new node with each; says what was wrong with the first few.
CheckResult try_all(CheckRun& check, const std::vector<Trial>& trials) {
  std::string faults;
  std::size_t emitted = 0, wrong = 0;
  for (const Trial& trial : trials) {
    check.at(trial.what);
    const Outcome outcome = check.subject.fire_new_node(trial.inputs, {false, 3});
    std::string fault = outcome.is_clean() ? "" : outcome.text;
    if (outcome.kind == Outcome::Kind::refused && !error_fault(outcome.text).empty())
      fault = "its error '" + outcome.text.substr(0, outcome.text.find('\n')) + "': " + error_fault(outcome.text);
    emitted += outcome.kind == Outcome::Kind::emitted;
    if (fault.empty() || ++wrong > 3) continue;
    faults += (faults.empty() ? "" : "; ") + trial.what + ": " + fault;
  }
  if (wrong > 3) faults += "; and " + std::to_string(wrong - 3) + " more";
  if (wrong > 0) return failed(faults);
  return passed(std::to_string(trials.size()) + " tried: " + std::to_string(emitted) + " gave a result, " +
                std::to_string(trials.size() - emitted) + " a clear error");
}

void add_odd(std::vector<Trial>& trials, const InputSet& ordinary, const InputPort& port) {
  for (const OddPayload& odd : odd_payloads(port.payload)) {
    Trial trial{"'" + port.name + "' with " + odd.what, ordinary};
    std::vector<PayloadPtr>& items = trial.inputs[port.name];
    if (items.empty()) items.resize(1);
    items.back() = odd.payload;
    trials.push_back(std::move(trial));
  }
  if (port.collects) {
    Trial none{"'" + port.name + "' without an item", ordinary};
    none.inputs.erase(port.name);
    trials.push_back(std::move(none));
  }
}

/// The same oddity at every port of a payload type, for nodes that ask only whether their inputs fit each other.
void add_odd_everywhere(std::vector<Trial>& trials, const NodeType& type, const InputSet& ordinary) {
  std::set<std::string> payloads;
  for (const InputPort& port : type.inputs) payloads.insert(port.payload);
  for (const std::string& payload : payloads)
    for (const OddPayload& odd : odd_payloads(payload)) {
      Trial trial{"every " + payload + " with " + odd.what, ordinary};
      for (const InputPort& port : type.inputs)
        if (port.payload == payload)
          for (PayloadPtr& item : trial.inputs[port.name]) item = odd.payload;
      trials.push_back(std::move(trial));
    }
}

std::int64_t heap_in_use() {
  const auto info = ::mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

/// The payloads that the node keeps after a firing, in words; "" when it keeps none.
std::string payloads_left(Subject& subject, Node& node) {
  InputSet inputs = subject.inputs();
  std::vector<std::pair<std::string, long>> uses;
  for (const auto& [port, items] : inputs)
    for (const PayloadPtr& item : items) uses.emplace_back(port, item.use_count());
  std::vector<std::pair<std::string, std::weak_ptr<const Payload>>> made;
  {
    const Outcome outcome = subject.fire(node, inputs, {false, 4});
    for (const auto& [port, items] : outcome.outputs)
      for (const PayloadPtr& item : items) made.emplace_back(port, item);
  }
  std::size_t at = 0;
  for (const auto& [port, items] : inputs)
    for (const PayloadPtr& item : items)
      if (item.use_count() > uses[at++].second)
        return "the node keeps input '" + port + "' after the firing, and its memory with it";
  for (const auto& [port, payload] : made) {
    const PayloadPtr left = payload.lock();
    const auto passed_on = [&](const auto& entry) {
      return std::find(entry.second.begin(), entry.second.end(), left) != entry.second.end();
    };
    if (left && std::none_of(inputs.begin(), inputs.end(), passed_on)) return "the node keeps what it emitted at '" + port + "'";
  }
  return "";
}

}  // namespace

CheckResult check_optional(CheckRun& check) {
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  const InputSet& ordinary = check.subject.inputs();
  std::vector<Trial> trials;
  Trial bare{"without any optional input", ordinary};
  for (const InputPort& port : check.subject.type().inputs) {
    if (port.variadic) {
      trials.push_back({"'" + port.name + "' with one input", ordinary});
      trials.back().inputs[port.name].resize(1);
    }
    if (port.required) continue;
    trials.push_back({"without '" + port.name + "'", ordinary});
    trials.back().inputs.erase(port.name);
    bare.inputs.erase(port.name);
  }
  if (trials.empty()) return skipped("it has no optional input");
  trials.push_back(std::move(bare));
  return try_all(check, trials);
}

CheckResult check_odd_inputs(CheckRun& check) {
  if (!check.subject.obstacle().empty()) return skipped(cannot_fire(check.subject));
  if (!check.subject.baseline().is_clean()) return skipped(cannot_fire(check.subject));
  const NodeType& type = check.subject.type();
  std::vector<Trial> trials;
  for (const InputPort& port : type.inputs) add_odd(trials, check.subject.inputs(), port);
  add_odd_everywhere(trials, type, check.subject.inputs());
  if (trials.empty()) return skipped("it has no input of a payload type of the SDK");
  return try_all(check, trials);
}

CheckResult check_cancel(CheckRun& check) {
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  check.at("a firing that is cancelled from its beginning");
  const Outcome outcome = check.subject.fire_new_node(check.subject.inputs(), {true, 5});
  if (!outcome.is_clean()) return failed("in a firing that was cancelled: " + outcome.text);
  return passed("a cancelled firing returns");
}

CheckResult check_leaks(CheckRun& check) {
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  Subject& subject = check.subject;
  const std::unique_ptr<Node> node = subject.create();
  subject.open(*node);
  if (const std::string left = payloads_left(subject, *node); !left.empty()) return failed(left);
  const int firings = std::max(1, subject.firings(kLooks * kFirings) / kLooks);
  const auto fire = [&] {
    for (int i = 0; i < firings; ++i) subject.fire(*node, subject.inputs(), {false, 4});
    return heap_in_use();
  };
  const std::int64_t before = fire();
  std::int64_t last = before;
  for (int look = 1; look < kLooks; ++look) {
    const std::int64_t now = fire();
    if (now - last < kLeakOfAFiring * firings)
      return passed("no payload left; the heap is steady after " + std::to_string((look + 1) * firings) + " firings");
    last = now;
  }
  return failed("memory on the heap grows with every firing: " + std::to_string(last - before) + " bytes over " +
                std::to_string((kLooks - 1) * firings) + " firings");
}

CheckResult check_reopen(CheckRun& check) {
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  Subject& subject = check.subject;
  const int count = subject.firings(kReopened);
  for (int i = 0; i < count; ++i) {
    const Outcome outcome = subject.fire_new_node(subject.inputs(), {false, 6});
    if (outcome.kind != Outcome::Kind::emitted)
      return failed("node " + std::to_string(i + 1) + " of " + std::to_string(count) + ": " + outcome.text);
    if (subject.type().repeatable && outcome.hash() != subject.baseline().hash())
      return failed("node " + std::to_string(i + 1) + " gives another result than the first");
  }
  return passed(std::to_string(count) + " nodes opened, fired and destroyed, one after the other");
}

}  // namespace flowrun::testing
