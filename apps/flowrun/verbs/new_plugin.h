#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A folder with a plugin that builds, is tested and runs.
Verb new_plugin_verb(CLI::App& app);

}  // namespace flowrun
