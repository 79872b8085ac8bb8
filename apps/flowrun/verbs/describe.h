#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A node type or a graph, in words.
Verb describe_verb(CLI::App& app);

}  // namespace flowrun
