#pragma once

#include <string>

#include "flowrun/host/diagnostic.h"

namespace flowrun {

/// Every fault on a line of its own, on the standard error, in the order of the files.
void print_faults(Diagnostics& faults);

/// "2 errors, 1 warning" or "no errors".
std::string verdict(const Diagnostics& faults);

}  // namespace flowrun
