#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A JSON Schema of graphs, for editors.
Verb schema_verb(CLI::App& app);

}  // namespace flowrun
