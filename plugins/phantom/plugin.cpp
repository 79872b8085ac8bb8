#include "flowrun/sdk/plugin.h"

#include "node_types.h"

namespace {

std::vector<flowrun::NodeType> node_types() { return {flowrun::phantom::head_type(), flowrun::phantom::raw_head_type()}; }

}  // namespace

FLOWRUN_PLUGIN("phantom", "1.0.0", "Apache-2.0", node_types);
