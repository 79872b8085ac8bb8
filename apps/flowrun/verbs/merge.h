#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// One table and one page of the shards of a run.
Verb merge_verb(CLI::App& app);

}  // namespace flowrun
