#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/node_type.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

/// The state of one firing of a node that collects or streams. The engine calls, never two at a time but on any thread:
/// accept for each item, finish once, then next until it returns false. After an exception nothing more is called.
class Firing {
 public:
  virtual ~Firing() = default;

  /// One item of a collecting port. Items of a port come in the order of their index, whatever the threads did; keep what is
  /// needed of the item and let it go: its memory is freed when this returns, and only then is another item produced.
  virtual void accept(Context&, std::string_view /*port*/, const PayloadPtr& /*item*/) {}

  /// All items have been accepted (at once for a node without a collecting port). Emits the outputs that are not streams.
  virtual void finish(Context&) {}

  /// Emits one item on each stream port and returns true; or emits nothing and returns false: the stream has ended.
  /// Called only when there is room for another item, so it need not block and must not.
  virtual bool next(Context&) { return false; }

  /// How many times next will return true, where known (for progress); else -1.
  virtual std::int64_t expected() const { return -1; }

  /// For callbacks that later hosts know, by a name with a version.
  virtual void* extension(std::string_view /*id*/) { return nullptr; }
};

/// One use of a node type in a graph. Override process; or begin, for a type that collects or streams.
///
/// Threads: open is called once, alone. process and begin are called on any thread of the engine, one at a time unless the type
/// says `concurrent`; then several at a time, and the members that they touch must be safe for that.
/// May block on files and on its own devices, not on another firing. Lifetime: from before open to after the last firing.
/// Errors: throw flowrun::Error (any std::exception will do). From open it stops the run before the first case; elsewhere it
/// fails the case, and the engine adds node, type, plugin and case to the sentence.
class Node {
 public:
  virtual ~Node() = default;

  /// Reads parameters and loads what all firings share, such as a model.
  virtual void open(OpenContext&) {}

  /// One firing: reads its inputs, emits each output once.
  virtual void process(Context&);

  /// One firing of a node that collects or streams. The plain inputs are present here already.
  virtual std::unique_ptr<Firing> begin(Context&);

  /// For callbacks that later hosts know, by a name with a version.
  virtual void* extension(std::string_view /*id*/) { return nullptr; }
};

}  // namespace flowrun
