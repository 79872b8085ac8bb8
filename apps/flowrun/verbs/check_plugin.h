#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A plugin through the conformance suite.
Verb check_plugin_verb(CLI::App& app);

/// The separate process in which it fires a node.
Verb check_node_verb(CLI::App& app);

}  // namespace flowrun
