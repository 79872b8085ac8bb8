#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// One more node in the folder of a plugin.
Verb new_node_verb(CLI::App& app);

}  // namespace flowrun
