#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// The node types that are found.
Verb nodes_verb(CLI::App& app);

}  // namespace flowrun
