#pragma once

#include "verbs/verb.h"

namespace flowrun {

/// A graph in its canonical form.
Verb fmt_verb(CLI::App& app);

}  // namespace flowrun
