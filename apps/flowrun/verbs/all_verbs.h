#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// Declares every verb, in the order in which the help lists them.
std::vector<Verb> declare_verbs(CLI::App& app);

}  // namespace flowrun
