#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// Everything that is wrong with a graph.
Verb validate_verb(CLI::App& app);

}  // namespace flowrun
