// A graph with nodes that take all cases of a run, in two parts: what is done for each case, and what is done once, from items in
// files. So cases can be spread over processes, and their items collected when all have ended.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// Fills in the consumers of a graph that was put together from nodes with their slots.
void connect_consumers(ValidatedGraph& graph);

/// Where a node that takes all cases of a run gets an item of each.
struct CollectedSlot {
  std::size_t node = 0;  ///< index in ValidatedGraph::nodes
  std::size_t slot = 0;
  std::string name;  ///< "stage1.fit.samples-0": of its edge; no other slot has it
};
std::vector<CollectedSlot> collected_slots(const ValidatedGraph& graph);

inline constexpr std::string_view kKeepingNode = "keep ";         ///< how the ids of nodes begin that keep items
inline constexpr std::string_view kKeepingType = "collect.keep";  ///< their type
inline constexpr std::string_view kGivingType = "collect.give";   ///< that of nodes that read items

/// The nodes that fire for cases, and for each collected slot a node "keep <name>" that writes the case's item to
/// "${out}/<folder>/${case}/<name>.packet" (write_packet of host/replay.h). It does so also in a case that has failed
/// elsewhere, as a collecting node gets that item too. The registry must outlive the run.
std::shared_ptr<const ValidatedGraph> graph_of_cases(const ValidatedGraph& graph, const std::string& folder, Registry& registry);

/// The nodes that fire once for the run, and for each collected slot a node that reads the item. A case has an input for
/// each slot, by its name: the file of the item; none: it has no item. An item that cannot be read fails the node that
/// takes it. The registry must outlive the run.
std::shared_ptr<const ValidatedGraph> graph_of_run(const ValidatedGraph& graph, Registry& registry);

}  // namespace flowrun
