#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/sdk/parameters.h"

namespace flowrun {

class Node;

/// Scopes nest: a run has cases, a case's streams have chunks. A larger value is a finer scope.
enum class Scope { run = 0, per_case = 1, chunk = 2 };
std::string_view to_string(Scope scope);  ///< "run", "case", "chunk"

/// The payload of ports that take any kind of packet: all of them the same kind, which the edges of a node decide. For types that
/// only pass packets on.
inline constexpr std::string_view kAnyPayload = "flowrun.any/1";

/// An input of a node type. A firing gets one item of it, or all items of a collecting one.
struct InputPort {
  std::string name;
  std::string payload;  ///< type name, as Volume::kType
  std::string help;     ///< one sentence, no full stop
  bool required = true;
  bool variadic = false;  ///< takes a list of edges, in the order given
  bool partial = false;   ///< variadic: what is absent in a case is left out; else nothing happens where one of them is absent
  /// The finest scope of items that it takes; none: any. A coarser item is shared by all firings below it.
  std::optional<Scope> scope;
  /// Takes all items of `scope` (which must be set: chunk or per_case) that belong to one item of the next coarser scope, one by
  /// one.
  bool collects = false;
};

/// An output of a node type: one item a firing, or a stream of any number of items of the next finer scope (chunks of a case).
struct OutputPort {
  std::string name;
  std::string payload;
  std::string help;
  bool stream = false;
};

/// A node type described once, as data. Help, documents, JSON Schema, validation and defaults all derive from this.
/// It crosses to the host as text (description_text), so members can be added without a new ABI.
struct NodeType {
  std::string name;     ///< "<plugin>.<verb_or_noun>", snake_case
  std::string summary;  ///< one line, no full stop
  std::string details;  ///< paragraphs: method and its source, units, edge cases
  std::vector<InputPort> inputs;
  std::vector<OutputPort> outputs;
  std::vector<ParamSpec> params;
  bool concurrent = false;  ///< one instance may have several firings at a time, on different threads
  bool cuda = false;        ///< can use a CUDA device; OpenContext::device says which
  /// Equal inputs and parameters give equal outputs, bit by bit. False where a firing asks the clock, a network or chance: its
  /// results are never kept for later runs, nor what is made from them.
  bool repeatable = true;
  /// What a host must offer for this type to work right, by names with a version; a host that does not know one refuses the type.
  std::vector<std::string> needs;
  /// Makes a node; usually create_node<MyNode>. Called on one thread; may throw.
  std::function<std::unique_ptr<Node>()> create;

  /// Firings of this type need Node::begin: it collects or streams.
  bool collects() const;
  bool streams() const;
};

/// For NodeType::create.
template <class N>
std::unique_ptr<Node> create_node() {
  return std::make_unique<N>();
}

/// The description of node types as JSON text, as a plugin hands it to the host: docs/plugin-abi.md lists its keys. `payloads`:
/// the types that it has codecs for.
std::string description_text(const std::vector<NodeType>& types, const std::vector<std::string>& files = {},
                             const std::vector<std::string>& payloads = {});

}  // namespace flowrun
