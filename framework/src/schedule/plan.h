// The nodes of a graph as the engine needs them, and what items keep for them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "schedule/item.h"
#include "schedule/planned_node.h"

namespace flowrun::schedule {

/// How many joins, gates and stream firings an item of each scope (chunks: of each stream) has, and whose they are.
struct ItemPlan {
  std::vector<PlannedNode*> joins;
  std::vector<std::pair<PlannedNode*, Scope>> gates;
  std::vector<PlannedNode*> stream_firings;
  std::vector<PlannedNode*> sources;  ///< nodes that fire without waiting for an input of this scope
};

struct Plan {
  std::vector<std::unique_ptr<PlannedNode>> nodes;
  ItemPlan run, one_case;
  std::vector<ItemPlan> chunks;  ///< by the index of the streaming node
  bool collects_cases = false;
};

/// Everything about the nodes that follows from the graph alone (no node object, no flow node yet).
Plan make_plan(const ValidatedGraph& graph);

/// Gives an item its joins, gates and stream firings.
void equip(Item& item, const ItemPlan& plan);

}  // namespace flowrun::schedule
