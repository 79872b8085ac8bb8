#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// With what flowrun starts the process of an isolated firing.
inline constexpr const char* kIsolatedFiring = "isolated-firing";

Verb isolated_firing_verb(CLI::App& app);

}  // namespace flowrun
