#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// Runs a graph, and again whenever a file that it uses is saved.
Verb watch_verb(CLI::App& app);

}  // namespace flowrun
