#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// Pages for looking at the images of cases.
Verb view_verb(CLI::App& app);

}  // namespace flowrun
