// A node of the graph, ready to run: its code, the plan of its joins, and its place in the flow graph.
#pragma once

#include <oneapi/tbb/flow_graph.h>

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/node.h"

namespace flowrun::schedule {

struct PlannedNode;
struct Work;

enum class SlotKind { plain, coarse, collected };

struct SlotPlan {
  SlotKind kind = SlotKind::plain;
  Scope scope = Scope::per_case;  ///< of the items that arrive
  std::size_t collected_index = 0;
};

struct Target {
  PlannedNode* node = nullptr;
  std::size_t slot = 0;
};

/// Which of a node's outputs one call of it fills.
enum class Ports { none, plain, stream };

struct InputPlan {
  std::string_view name;
  std::size_t first_slot = 0, slot_count = 0;  ///< no slots: a collecting port, or an optional one that is not connected
  /// So many of its slots must have a payload, or the node is left out: all, at least one (a partial port) or none (an optional
  /// one).
  std::size_t least = 0;
};

struct OutputPlan {
  std::string_view name;
  std::string_view payload;
  Ports kind = Ports::plain;
  std::vector<Target> targets;
};

struct PlannedNode {
  std::size_t index = 0;
  const ValidatedNode* spec = nullptr;
  std::shared_ptr<Node> code;  ///< shared with RunOptions::open_nodes
  bool is_stream = false;      ///< collects or streams
  bool keeps_items = false;    ///< fires in a case that has failed too, for what was made before that (host/split_graph.h)

  std::vector<SlotPlan> slots;
  std::vector<InputPlan> inputs;      ///< by input port
  bool may_lack_input = false;        ///< an input may be absent, so each one's `least` is looked at
  std::vector<OutputPlan> outputs;    ///< by output port
  std::array<int, 3> output_count{};  ///< how many of them are of each kind
  int plain_count = 0;                ///< slots of the firing scope
  std::array<int, 3> coarse_count{};  ///< slots of each coarser scope
  bool has_gates = false;
  bool makes_table = false;  ///< one of its outputs is a table of the firing scope
  std::vector<std::size_t> collected_slots;
  std::vector<Target> stream_targets;  ///< collecting slots that must hear how many chunks there are

  // Where an item keeps this node's state.
  std::size_t join_index = 0;
  std::array<std::size_t, 3> gate_index{};
  std::size_t stream_index = 0;

  int credits = 0;         ///< chunks in flight of its stream
  bool unlimited = false;  ///< any number of firings at a time
  bool params_vary = false;
  bool has_numbers = false;                                    ///< parameters that other nodes find
  Params params;                                               ///< when they do not vary
  tbb::flow::function_node<Work*>* flow_node = nullptr;        ///< of the WorkQueue; null when unlimited
};

}  // namespace flowrun::schedule
