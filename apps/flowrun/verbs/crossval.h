#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A plan of graph runs, once for each fold of a table of cases.
Verb crossval_verb(CLI::App& app);

}  // namespace flowrun
