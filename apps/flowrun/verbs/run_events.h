#pragma once

#include <string>

#include "flowrun/host/cohort.h"
#include "system/interrupts.h"
#include "terminal/announcer.h"

namespace flowrun {

struct WatchedRun {
  std::string out;
  std::string where;  ///< what its warnings begin with, as RunCommand::where
  bool quiet = false;
  bool no_report = false;
};

/// What a person at a terminal sees of a run while it is under way, and the signals that end it. Interrupts and announcer must
/// outlive the events.
CohortEvents events_of_run(const WatchedRun& of, Interrupts& interrupts, Announcer& announcer);

}  // namespace flowrun
