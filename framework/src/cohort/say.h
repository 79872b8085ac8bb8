#pragma once

#include "flowrun/host/cohort.h"
#include "flowrun/host/text.h"

namespace flowrun {

inline void say(const CohortEvents& events, Weight weight, const std::string& sentence) {
  if (events.say) events.say(weight, printable(sentence));
}

}  // namespace flowrun
