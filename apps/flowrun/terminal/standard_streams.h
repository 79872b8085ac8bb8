#pragma once

#include <string>

namespace flowrun {

/// First of all in main. What a daemon has closed of the three standard streams is /dev/null from here on, so that no file of
/// flowrun gets its number; and a reader that goes away (`| head`) or a terminal that is hung up takes nothing else away: what
/// is printed from then on is dropped, and the work is completed.
void prepare_standard_streams();

/// Whether what was printed on the standard output is all there: "" when it is, or when its reader went away; else why not (a
/// full disk). Call at the end.
std::string lost_output();

}  // namespace flowrun
