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

}  // namespace flowrun
