#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A page for each node type.
Verb docs_verb(CLI::App& app);

}  // namespace flowrun
