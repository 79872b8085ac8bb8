#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A graph as a picture.
Verb draw_verb(CLI::App& app);

}  // namespace flowrun
