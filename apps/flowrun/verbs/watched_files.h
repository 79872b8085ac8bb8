#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "flowrun/host/file_stamps.h"
#include "verbs/run.h"

namespace flowrun {

/// What a run uses.
struct Used {
  std::set<std::string> files;    ///< graphs, tables of cases, inputs, models, libraries; of graphs those too that are missing
  std::set<std::string> written;  ///< by runs so far
  Words cases;
};

/// The files that runs have used, as they looked before the current run, or when it began; and which cases were found then, where
/// patterns or a data set find them.
class WatchedFiles {
 public:
  explicit WatchedFiles(const RunCommand& command);

  const Words& cases() const { return used_.cases; }
  std::size_t size() const { return looks_.size(); }

  void look();
  /// Adds what the run uses that has just begun. A file that is new here and was written meanwhile has changed.
  void add(std::int64_t begun_ns);
  /// A sentence on the first change; empty: there is none.
  std::string changed();
  /// Waits until nothing has changed for a moment: editors and linkers write in steps.
  void settle() const;

 private:
  using Clock = std::chrono::steady_clock;
  Words found_now();

  const RunCommand& command_;
  const bool finds_cases_;
  Used used_;
  std::map<std::string, FileStamp> looks_;  ///< by path; what is missing for a moment is watched on
  Words found_;                             ///< a line for each case with its files, and for each fault of them
  std::set<std::string> found_files_;       ///< of all cases, when they were looked for last
  Clock::time_point next_find_;
};

}  // namespace flowrun
