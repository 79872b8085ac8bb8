#include "flowrun/sdk/plugin.h"

#include "montage.h"

namespace {

std::vector<flowrun::NodeType> node_types() { return {flowrun::view::montage_type()}; }

}  // namespace

FLOWRUN_PLUGIN("view", "1.0.0", "Apache-2.0", node_types);
