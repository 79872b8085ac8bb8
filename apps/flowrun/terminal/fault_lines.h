#pragma once

#include <string>

#include "flowrun/host/fault.h"

namespace flowrun {

/// Every fault on a line of its own, on the standard error, in the order of the files.
void print_faults(Faults& faults);

/// "2 errors, 1 warning" or "no errors".
std::string verdict(const Faults& faults);

}  // namespace flowrun
