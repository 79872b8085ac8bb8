#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cohort/cases_csv.h"
#include "flowrun/host/cohort.h"
#include "flowrun/host/run_report.h"

namespace flowrun {

/// Where the table and the page of a run go; an empty path: not wanted.
struct CohortPaths {
  std::filesystem::path table;  ///< "<out>/cases.csv"
  std::filesystem::path page;   ///< "<out>/report.html"
};

/// The table and, where wanted, the page in an output folder. A file of one of their names that flowrun did not make stays as it
/// is (a person's own table of cases, say): then it is "flowrun-cases.csv" or "flowrun-report.html", which is reported. `word`:
/// of a graph that is not the folder's first: "flowrun-cases.<word>.csv".
CohortPaths cohort_paths(const std::filesystem::path& out, const CohortEvents& events, const std::string& word = "");

/// The table and the page of a run from the records of its cases and from nothing else, during it and at its end. A table
/// or page that cannot be written is reported once and tried again: it never disturbs the run.
class CohortFiles {
 public:
  /// The events must outlive this object. `columns`: of the graph.
  CohortFiles(CohortPaths paths, const CohortEvents& events, std::vector<std::pair<std::string, std::string>> columns = {});
  ~CohortFiles();
  CohortFiles(const CohortFiles&) = delete;
  CohortFiles& operator=(const CohortFiles&) = delete;

  /// A record of an earlier run that is still valid; before start.
  void know(const CaseRecord& record);
  /// The same of all records of a graph in an output folder but of those cases; what cannot be read is left out.
  void know_earlier(const std::filesystem::path& out, const std::string& graph, const std::vector<std::string>& but_not,
                    const std::string& word = "");
  /// Writes the table of what is known, and pages from now on; `to_come`: how many cases are run.
  void start(std::size_t to_come);

  /// A case has ended: its row is on the disk when this returns. The page follows within a minute. From any thread.
  void add(const CaseRecord& record);

  /// The table in the order of the cases, and the page. False when one of them could not be written, which was said.
  bool finish(const std::vector<std::string>& case_order, RunFacts facts);

 private:
  void write_pages(std::stop_token ended);
  bool attempt(const std::function<void()>& write);

  CohortPaths paths_;
  const CohortEvents& events_;
  const std::vector<std::pair<std::string, std::string>> columns_;
  std::size_t cases_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable_any wake_;
  RunReport report_;
  CasesCsv table_;
  std::vector<CaseRow> known_;  ///< until start
  bool changed_ = false;        ///< since the last page
  std::string said_;            ///< the last failure
  std::jthread pages_;
};

/// The same of runs that have ended: what `flowrun merge` makes of the records of all shards. Says when they were not all made
/// alike. Throws Error.
void write_cohort_files(const CohortPaths& paths, const std::vector<CaseRecord>& records, const RunFacts& facts,
                        const CohortEvents& events);

}  // namespace flowrun
