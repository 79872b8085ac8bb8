#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/parameters.h"
#include "flowrun/sdk/payload.h"
#include "flowrun/sdk/ports.h"

namespace flowrun {

/// What Node::open may know.
class OpenContext {
 public:
  virtual ~OpenContext() = default;
  virtual const Params& params() const = 0;  ///< without those that are per_case
  virtual std::string_view node_id() const = 0;
  virtual std::string_view device() const = 0;  ///< "auto", "cpu", "cuda" or "cuda:<n>", from the node's `run` object
  virtual int threads() const = 0;              ///< the thread budget of the whole process
  virtual void warn(std::string_view sentence) = 0;
  /// What a newer host offers besides, by a name with a version; null: not offered.
  virtual void* extension(std::string_view /*id*/) { return nullptr; }
};

class Context;

/// The rest of a firing that continues elsewhere, on a device or a thread of the node's own; see Context::defer.
/// Any thread may call it. When it is destroyed without resume, the firing fails.
class Deferred {
 public:
  virtual ~Deferred() = default;

  /// Gives the firing back to the engine, once, and returns at once. The engine calls `rest` on a thread of its own, with the
  /// firing's context: there the outputs are emitted, and what it throws fails the case. It is destroyed without a call when the
  /// case has failed meanwhile or the run was cancelled.
  virtual void resume(std::function<void(Context&)> rest) = 0;
  virtual bool cancelled() const = 0;  ///< look now and then, and resume early; true after resume
  /// A step of the device in the trace, on the calling thread, as Context::span.
  virtual void span(std::string_view step, std::chrono::steady_clock::time_point begin,
                    std::chrono::steady_clock::time_point end) = 0;
};

/// What one firing sees of the world. Valid during the callback that it is passed to, on that thread; a task of parallel_for may
/// call cancelled, progress, span and warn on its own.
class Context {
 public:
  virtual ~Context() = default;

  virtual const Params& params() const = 0;  ///< complete; per-case ones resolved for this case
  virtual std::string_view node_id() const = 0;
  virtual std::string_view case_name() const = 0;  ///< empty in a firing of run scope
  virtual std::int64_t chunk() const = 0;          ///< index of the chunk in its stream; -1 above chunk scope
  virtual int threads() const = 0;                 ///< threads that this firing may keep busy itself
  virtual bool cancelled() const = 0;              ///< long loops look now and then, and return early (what they emit is dropped)

  /// The payloads at an input port: one, none (optional and not connected) or, for a variadic port, all in the graph's order.
  /// Empty for a collecting port; null where an optional input has nothing in this case. Throws Error for a name that the type
  /// lacks.
  virtual std::span<const PayloadPtr> inputs(std::string_view port) const = 0;

  /// The payload of an input when this firing may change it: no other node reads it and nothing keeps it. Null otherwise, and
  /// where nothing came. The input counts as read after that. Used by take.
  virtual Payload* exclusive(std::string_view /*port*/) { return nullptr; }

  /// Hands an output over: exactly once per port and firing; for a stream port once per Firing::next.
  virtual void emit_owned(std::string_view port, std::unique_ptr<Payload> payload) = 0;
  virtual void emit_shared(std::string_view port, PayloadPtr payload) = 0;  ///< an input passed on, nothing copied

  virtual void report(std::string_view name, double value) = 0;  ///< a figure for the run's summary ("candidates", 13756)
  virtual void progress(double fraction) = 0;                    ///< 0 to 1, of a firing that takes seconds; the largest counts
  virtual void warn(std::string_view sentence) = 0;

  /// The payload of an input that every firing has. Throws Error, saying which it is: no payload, or one of another type.
  template <class T>
  const T& in(const Input<T>& port) const {
    const auto payloads = inputs(port.name);
    if (payloads.empty()) throw Error("input '" + std::string(port.name) + "' is not connected");
    return required<T>(port.name, payloads.front().get());
  }
  /// The payload of an optional input; null when it is not connected or has nothing in this case. Throws Error for another type.
  template <class T>
  const T* in(const OptionalInput<T>& port) const {
    const auto payloads = inputs(port.name);
    return payloads.empty() || !payloads.front() ? nullptr : &required<T>(port.name, payloads.front().get());
  }
  /// The payloads of a variadic input, in the graph's order, without those that have nothing in this case. Throws Error for
  /// another type.
  template <class T>
  std::vector<const T*> in(const VariadicInput<T>& port) const {
    std::vector<const T*> found;
    for (const PayloadPtr& payload : inputs(port.name))
      if (payload) found.push_back(&required<T>(port.name, payload.get()));
    return found;
  }
  /// The payload of an input, to be changed: without a copy where this firing is the last that reads it, else a copy. Once for an
  /// input and firing; what `in` gave before must not be used after. For a node that makes its output out of its input, voxel by
  /// voxel. A firing that fails after it has taken an input without a copy is not kept for `flowrun replay`.
  template <class T>
  T take(const Input<T>& port) {
    const T& shared = in(port);
    if (Payload* own = exclusive(port.name)) return std::move(static_cast<T&>(*own));
    return shared;
  }
  /// An item that came at a collecting input. Throws Error for another type.
  template <class T>
  static const T& item(const CollectingInput<T>& port, const PayloadPtr& payload) {
    return required<T>(port.name, payload.get());
  }

  template <class T>
  void emit(const Output<T>& port, T payload) {
    emit_owned(port.name, std::make_unique<T>(std::move(payload)));
  }
  template <class T>
  void emit(const StreamOutput<T>& port, T payload) {
    emit_owned(port.name, std::make_unique<T>(std::move(payload)));
  }

  /// Hands an input on as it is; nothing is copied.
  template <class T>
  void pass(const Input<T>& input, const Output<T>& output) {
    in(input);
    emit_shared(output.name, inputs(input.name).front());
  }

  // The same by names, for ports that are known at run time only.

  template <class T>
  const T& in(std::string_view port) const {
    return in(Input<T>{port, {}});
  }
  template <class T>
  const T* in_if(std::string_view port) const {
    return in(OptionalInput<T>{port, {}});
  }
  template <class T>
  std::vector<const T*> all(std::string_view port) const {
    return in(VariadicInput<T>{port, {}});
  }
  template <class T>
  void emit(std::string_view port, T payload) {
    emit_owned(port, std::make_unique<T>(std::move(payload)));
  }

  /// Runs task(0) .. task(count - 1), each once, on this thread and on threads of the engine that have nothing else to do;
  /// returns when all are done. Tasks may run at the same time and in any order; which thread runs which is not known, so let no
  /// result depend on it. A task may call cancelled, progress, span and warn, nothing else of the context (no parallel_for
  /// either), and must not wait for another task. The first exception of a task is thrown here when those already running are
  /// done; tasks not yet begun are then dropped, and likewise when cancelled: ask cancelled() before using what the tasks made.
  /// `at_once` caps how many run at the same time (0: the thread budget).
  virtual void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once = 0) = 0;

  /// Adds a step inside this firing to the trace, on the calling thread: what took from `begin` to `end`. Cheap when no trace is
  /// recorded. Any thread, also within a task.
  virtual void span(std::string_view step, std::chrono::steady_clock::time_point begin,
                    std::chrono::steady_clock::time_point end) = 0;

  /// For a firing that waits for a device: call it in Node::process, hand the work on, and return. The engine's thread continues
  /// with other firings; this one ends when Deferred::resume has been called and its function has run. Until then the inputs stay
  /// alive and the item keeps its credit, so memory stays bounded; the context itself is valid during process only. Only for a
  /// type that is `concurrent`: the next firing may begin meanwhile (`run.concurrency` limits calls of process, not firings that
  /// are away). Once in a firing; not in a task, and not in a firing that collects or streams. When process throws after it, the
  /// firing still ends only with resume.
  virtual std::unique_ptr<Deferred> defer() = 0;

  /// What a newer host offers besides, by a name with a version; null: not offered. Functions that are added to this class later
  /// use it, so the table of virtual functions stays as it is, and a plugin works with a host that is older than its SDK.
  virtual void* extension(std::string_view /*id*/) { return nullptr; }

 private:
  template <class T>
  static const T& required(std::string_view port, const Payload* payload) {
    if (const T* typed = payload_cast<T>(payload)) return *typed;
    throw Error("input '" + std::string(port) +
                (payload ? "' takes " + std::string(T::kType) + ", but got " + std::string(payload->type())
                         : "' has nothing in this case"));
  }
};

}  // namespace flowrun
