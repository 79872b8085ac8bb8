#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "testing/check_payloads.h"
#include "testing/node_checks.h"
#include "testing/text_style.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kNodes = 10;
constexpr int kThreads = 4;
constexpr int kFiringsOfAThread = 5;

std::vector<std::uint64_t> hashes(const InputSet& inputs) {
  std::vector<std::uint64_t> all;
  for (const auto& [port, items] : inputs)
    for (const PayloadPtr& item : items) all.push_back(payload_hash(*item));
  return all;
}

/// The files of a folder with what they hold.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[fs::relative(entry.path(), folder).string()] = bytes.str();
  }
  return files;
}

/// What is to be done about it where it is meant so.
constexpr const char* kNotRepeatable =
    "; flowrun keeps results for later runs, so a node whose results may differ says .repeatable = false in its type";

/// "output 'mask' differs", or "".
std::string difference(const Outcome& one, const Outcome& other) {
  if (other.kind != Outcome::Kind::emitted) return "it failed: " + other.text;
  for (const auto& [port, items] : one.outputs) {
    const auto found = other.outputs.find(port);
    const bool same = found != other.outputs.end() &&
                      std::equal(items.begin(), items.end(), found->second.begin(), found->second.end(),
                                 [](const PayloadPtr& a, const PayloadPtr& b) { return payload_hash(*a) == payload_hash(*b); });
    if (!same) return "output '" + port + "' differs";
  }
  return "";
}

}  // namespace

CheckResult check_create(CheckRun& check) {
  std::vector<std::unique_ptr<Node>> nodes;
  try {
    for (int i = 0; i < kNodes; ++i) nodes.push_back(check.subject.create());
  } catch (const std::exception& error) {
    return failed(error.what());
  }
  return passed(count_text(nodes.size(), "node") + " at a time");
}

CheckResult check_open(CheckRun& check) {
  const Outcome opened = check.subject.open(*check.subject.create());
  if (opened.kind == Outcome::Kind::emitted) return passed("");
  if (!opened.is_clean()) return failed(opened.text);
  if (const std::string fault = error_fault(opened.text); !fault.empty())
    return failed("its error '" + opened.text + "': " + fault);
  const std::string file = check.subject.missing_file();
  return skipped(file.empty() ? "it does not open with its defaults: " + opened.text : file);
}

CheckResult check_fires(CheckRun& check) {
  if (!check.subject.obstacle().empty()) return skipped(check.subject.obstacle());
  const Outcome& outcome = check.subject.baseline();
  if (!outcome.is_clean()) return failed(outcome.text);
  if (outcome.kind == Outcome::Kind::refused) {
    const std::string fault = error_fault(outcome.text);
    return fault.empty() ? skipped("refuses artificial inputs: " + outcome.text)
                         : failed("its error '" + outcome.text + "': " + fault);
  }
  std::size_t items = 0;
  for (const auto& [port, payloads] : outcome.outputs) items += payloads.size();
  const std::size_t files = files_in(check.subject.folder_of(0)).size();
  return passed(count_text(items, "payload") + " emitted" + (files ? ", " + count_text(files, "file") + " written" : ""));
}

CheckResult check_inputs_kept(CheckRun& check) {
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  const InputSet& inputs = check.subject.inputs();
  const auto before = hashes(inputs);
  if (before.empty()) return skipped("it has no input");
  check.subject.fire_new_node(inputs);
  if (hashes(inputs) != before)
    return failed("an input was changed; payloads are shared by all their readers, so copy before changing");
  return passed(count_text(before.size(), "payload") + " as before");
}

CheckResult check_repeats(CheckRun& check) {
  if (!check.subject.type().repeatable) return skipped("its type says that firings may differ");
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  Subject& subject = check.subject;
  const std::unique_ptr<Node> node = subject.create();
  if (const Outcome opened = subject.open(*node); opened.kind != Outcome::Kind::emitted)
    return failed("a second node does not open: " + opened.text);
  for (const int place : {1, 2}) {
    const std::string differs = difference(subject.baseline(), subject.fire(*node, subject.inputs(), {false, place}));
    if (!differs.empty())
      return failed("from the same inputs, in firing " + std::to_string(place + 1) + ": " + differs + kNotRepeatable);
  }
  const auto one = files_in(subject.folder_of(1));
  for (const auto& [name, bytes] : files_in(subject.folder_of(2))) {
    const auto found = one.find(name);
    if (found != one.end() && found->second != bytes)
      return failed("the file '" + name + "' differs from one firing to the next" + kNotRepeatable);
  }
  return passed("3 firings of 2 nodes alike");
}

CheckResult check_concurrent(CheckRun& check) {
  Subject& subject = check.subject;
  if (!subject.type().concurrent) return skipped("its type does not say that it may fire concurrently");
  if (const std::string why = cannot_fire(subject); !why.empty()) return skipped(why);
  const std::unique_ptr<Node> node = subject.create();
  subject.open(*node);
  const InputSet& inputs = subject.inputs();
  const Outcome& expected = subject.baseline();
  std::mutex mutex;
  std::string fault;
  const int firings = std::max(1, subject.firings(kThreads * kFiringsOfAThread) / kThreads);
  std::atomic<int> waiting{kThreads};
  const auto fire = [&](int thread) {
    for (--waiting; waiting > 0;) std::this_thread::yield();  // so that all begin together
    for (int i = 0; i < firings; ++i) {
      const Outcome outcome = subject.fire(*node, inputs, {false, 100 + thread * firings + i});
      const std::string differs = difference(subject.type().repeatable ? expected : outcome, outcome);
      const std::lock_guard lock(mutex);
      if (fault.empty()) fault = differs;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(fire, i);
  }
  if (!fault.empty()) return failed("fired on " + std::to_string(kThreads) + " threads at a time: " + fault);
  return passed(std::to_string(kThreads * firings) + " firings on " + std::to_string(kThreads) + " threads" +
                (subject.type().repeatable ? ", all alike" : ""));
}

}  // namespace flowrun::testing
