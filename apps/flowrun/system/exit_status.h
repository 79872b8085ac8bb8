#pragma once

namespace flowrun {

/// What the process ends with; scripts rely on these.
enum ExitStatus {
  kAllDone = 0,
  kSomeCaseFailed = 1,
  kWrongInput = 2,  ///< the graph, the cases or the command line; nothing ran
  kInterrupted = 3,
  kInternalError = 4,
};

inline constexpr const char* kStatusHelp =
    "Exit status: 0 all cases done, 1 some case failed, 2 the graph or the command line is wrong,\n"
    "3 interrupted, 4 internal error.";

}  // namespace flowrun
