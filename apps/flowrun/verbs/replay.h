#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A failed node again, alone, on the packets that it had.
Verb replay_verb(CLI::App& app);

}  // namespace flowrun
