#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// Two runs side by side: what differs, figures, overlap of their masks.
Verb compare_verb(CLI::App& app);

}  // namespace flowrun
