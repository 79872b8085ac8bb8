#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// The plugins that are found, usable or not.
Verb plugins_verb(CLI::App& app);

}  // namespace flowrun
