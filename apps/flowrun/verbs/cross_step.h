#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "verbs/crossval_plan.h"
#include "verbs/run.h"

namespace flowrun {

/// One step of one fold, with the files that it is known by. What it was made of and what it left is in the records of its run, so
/// it is done when its end was noted and --resume would run nothing.
class StepRun {
 public:
  StepRun(const CrossvalCommand& command, const PreparedCrossval& prepared, const Fold& fold, std::size_t index);

  /// Looks at the records and the files.
  struct State {
    bool done = false;
    std::vector<std::string> changes;  ///< why a step that was done is not any more; empty: it never was
  };
  State state() const;
  /// Whether an earlier call ran it to its end.
  bool ended_before() const;

  /// Runs what is not done. Returns an ExitStatus.
  int execute(Interrupts& interrupts) const;

  /// The files that the step's run says it wrote, with real paths.
  std::vector<std::filesystem::path> outputs() const;

 private:
  std::filesystem::path done_file() const { return folder_ / (step_.name + ".done"); }
  void refuse_own_links() const;

  const PreparedCrossval& prepared_;
  const CrossStep& step_;
  std::filesystem::path folder_;
  RunCommand run_;
  std::string table_;
};

}  // namespace flowrun
