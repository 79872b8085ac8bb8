#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// Lists and removes kept results.
Verb cache_verb(CLI::App& app);

}  // namespace flowrun
