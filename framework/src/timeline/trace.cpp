#include "flowrun/host/trace.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <tuple>

#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"
#include "json/json.h"
#include "timeline/flow_arrows.h"

namespace flowrun {
namespace {

constexpr std::size_t kLists = 64;

/// The events of one thread; the lock is there for threads whose numbers meet in one list, and is else free.
struct alignas(64) List {
  mutable std::mutex mutex;
  std::vector<TraceEvent> events;
  std::set<std::string, std::less<>> texts;  ///< of steps that nodes reported
};

std::string microseconds(std::int64_t nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(nanoseconds / 1000),
                static_cast<long long>(nanoseconds % 1000));
  return text;
}

std::string event_line(const TraceEvent& event, std::int64_t chunk, const ValidatedGraph& graph, const std::vector<Case>& cases) {
  const ValidatedNode& node = graph.nodes[static_cast<std::size_t>(event.node)];
  json::Value args = json::Value::object();
  args.set("type", node.type_name);
  if (event.inside) args.set("node", node.id);
  else args.set("step", event.what);
  if (event.case_index >= 0) args.set("case", cases[static_cast<std::size_t>(event.case_index)].name);
  if (chunk >= 0) args.set("chunk", chunk);
  if (event.saved_s >= 0) args.set("saved_s", event.saved_s);
  const bool is_moment = !event.inside && std::strcmp(event.what, "skip") == 0;
  return "{\"name\":" + json::write_line(json::Value(event.inside ? std::string(event.what) : node.id)) +
         ",\"cat\":" + json::write_line(json::Value(node.plugin)) +
         (is_moment ? ",\"ph\":\"i\",\"s\":\"t\"" : ",\"ph\":\"X\",\"dur\":" + microseconds(event.end_ns - event.begin_ns)) +
         ",\"pid\":1,\"tid\":" + std::to_string(event.thread + 1) + ",\"ts\":" + microseconds(event.begin_ns) +
         ",\"args\":" + json::write_line(args) + "}";
}

/// An arrow begins within the span that made the packet and ends within the one that took it.
std::string arrow_lines(const FlowArrow& arrow, std::size_t number, const std::vector<TraceEvent>& events) {
  const TraceEvent &from = events[arrow.from], &to = events[arrow.to];
  const auto line = [&](const char* kind, const TraceEvent& event, std::int64_t time) {
    return std::string("{\"name\":\"packet\",\"cat\":\"packets\",") + kind + ",\"id\":" + std::to_string(number) +
           ",\"pid\":1,\"tid\":" + std::to_string(event.thread + 1) + ",\"ts\":" + microseconds(time) + "},\n";
  };
  return line("\"ph\":\"s\"", from, std::max(from.begin_ns, from.end_ns - 1)) +
         line("\"ph\":\"f\",\"bp\":\"e\"", to, to.begin_ns);
}

std::string counter_line(const char* name, const char* unit, std::int64_t nanoseconds, std::int64_t value) {
  return std::string("{\"name\":\"") + name + "\",\"ph\":\"C\",\"pid\":1,\"ts\":" + microseconds(nanoseconds) + ",\"args\":{\"" +
         unit + "\":" + std::to_string(value) + "}},\n";
}

/// A line wherever a counter has another value than before.
std::string counter_lines(std::vector<TraceEvent> events) {
  std::erase_if(events, [](const TraceEvent& event) { return event.payload_bytes < 0; });
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.end_ns < b.end_ns; });
  std::string text;
  std::int64_t bytes = -1, cases = -1;
  for (const TraceEvent& event : events) {
    if (event.payload_bytes != bytes)
      text += counter_line("data between nodes", "bytes", event.end_ns, bytes = event.payload_bytes);
    if (event.cases_in_flight != cases)
      text += counter_line("cases in flight", "cases", event.end_ns, cases = event.cases_in_flight);
  }
  return text;
}

std::string thread_line(std::int32_t thread) {
  const std::string number = std::to_string(thread + 1);
  return "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":" + number + ",\"args\":{\"name\":\"thread " + number + "\"}}";
}

}  // namespace

struct Trace::State {
  std::array<List, kLists> lists;
};

Trace::Trace() : state_(std::make_unique<State>()) {}
Trace::~Trace() = default;

void Trace::record(const TraceEvent& event) {
  List& list = state_->lists[static_cast<std::size_t>(event.thread) % kLists];
  const std::lock_guard lock(list.mutex);
  list.events.push_back(event);
}

void Trace::record(TraceEvent event, std::string_view what) {
  List& list = state_->lists[static_cast<std::size_t>(event.thread) % kLists];
  const std::lock_guard lock(list.mutex);
  auto text = list.texts.find(what);
  if (text == list.texts.end()) text = list.texts.emplace(what).first;
  event.what = text->c_str();
  list.events.push_back(event);
}

std::vector<TraceEvent> Trace::events() const {
  std::vector<TraceEvent> all;
  for (const List& list : state_->lists) {
    const std::lock_guard lock(list.mutex);
    all.insert(all.end(), list.events.begin(), list.events.end());
  }
  // Of two that begin together the longer is around the shorter, as viewers expect it.
  std::sort(all.begin(), all.end(), [](const TraceEvent& a, const TraceEvent& b) {
    return std::tuple(a.begin_ns, -a.end_ns, a.inside) < std::tuple(b.begin_ns, -b.end_ns, b.inside);
  });
  return all;
}

void Trace::write_chrome(const std::filesystem::path& file, const ValidatedGraph& graph, const std::vector<Case>& cases) const {
  std::string text = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  std::int32_t threads = 0;
  std::vector<TraceEvent> all = events();
  const std::vector<std::int64_t> chunks = chunks_of(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += event_line(all[i], chunks[i], graph, cases) + ",\n";
    threads = std::max(threads, all[i].thread + 1);
  }
  const std::vector<FlowArrow> arrows = flow_arrows(all, chunks, graph);
  for (std::size_t i = 0; i < arrows.size(); ++i) text += arrow_lines(arrows[i], i + 1, all);
  text += counter_lines(std::move(all));
  for (std::int32_t thread = 0; thread < threads; ++thread) text += thread_line(thread) + ",\n";
  const json::Value name = json::Value::object().set("name", "flowrun " + graph.name);
  text += "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":" + json::write_line(name) + "}\n]}\n";
  write_atomically(file, text);
}

}  // namespace flowrun
