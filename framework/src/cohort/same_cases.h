#pragma once

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// A warning for cases that differ in their name alone, by FileIdentities and the other values, where a node takes all cases of
/// the run: it would count them twice, and a training could be validated on what it was trained on.
void check_same_cases(const ValidatedGraph& graph, const std::vector<Case>& cases, Diagnostics& faults);

}  // namespace flowrun
