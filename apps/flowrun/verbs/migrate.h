#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A graph of an older format in the newest.
Verb migrate_verb(CLI::App& app);

}  // namespace flowrun
