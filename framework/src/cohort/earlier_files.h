#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cohort/result_layout.h"
#include "flowrun/host/case_recorder.h"
#include "flowrun/host/runtime.h"

namespace flowrun {

/// What earlier runs left under the names that a run writes, so that it is not taken for this run's. Before a case's first firing
/// the files that lie where it writes go to "<out>/flowrun/earlier/cases/<case>", under their names below the output folder (a
/// file outside of it, under "outside" and its whole path), and the record says that the case is not finished. When the case is
/// done they are removed; else they stay there, whatever ends it: a failure, an interrupt, a crash. The last results of a case
/// that was done are kept, and no files of attempts that failed after it. A link is removed, and what it leads to stays. A file
/// that begins with "flowrun-checkpoint/" stays in place: a node continues from it. A file that no record of a run names may be
/// anybody's: it goes to "<out>/flowrun/replaced", is never removed, and a sentence says so.
class EarlierFiles {
 public:
  /// `word`: of the graph (graph_books.h). Files that `layout` describes go with their descriptions.
  EarlierFiles(std::shared_ptr<const ValidatedGraph> graph, std::filesystem::path out, std::string word,
               std::shared_ptr<const ResultLayout> layout);

  /// Before a case's first firing. Any thread; throws nothing.
  void put_aside(const Case& one);
  /// Before the first case: the files that nodes of run scope made, as the record of the run before lists them. `record`: its
  /// file. Shards have none in common, and may run at the same time.
  void put_aside_of_run(const std::filesystem::path& record);
  /// When a case is done, its earlier files go; an empty name: of the run.
  void forget(const std::string& case_name);
  /// Sentences about files that could not be put aside, or that no run had made.
  std::vector<std::string> warnings() const;

 private:
  struct Found {
    std::string path;
    bool of_a_run = true;  ///< a record names it, or says that the case was not finished
  };
  void move_files(const std::vector<Found>& files, const std::string& case_name, bool replace);
  void keep_foreign(const std::filesystem::path& file);
  void move_file(const std::filesystem::path& file, const std::filesystem::path& folder, bool replace);
  std::vector<Found> outputs_of(const Case& one, const std::optional<CaseRecord>& earlier) const;
  bool is_of_a_run(const Case& one, const NodeFile& file, const std::optional<CaseRecord>& earlier) const;

  std::shared_ptr<const ValidatedGraph> graph_;
  std::filesystem::path out_;
  std::string word_;
  std::shared_ptr<const ResultLayout> layout_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::vector<std::string> warnings_;
};

/// Files outside the output folder that exist, and that this run would replace although no earlier run into the folder made
/// them: a sentence each goes to `faults`. Not those that a person named on the command line (Case::own). Graphs may come from
/// others. `run_record`: the file of the record of what an earlier run made once for all cases.
void check_foreign_files(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out,
                         const std::string& word, const std::filesystem::path& run_record, Diagnostics& faults);

/// The folder of a case's earlier files, relative to the output folder; empty: there are none. An empty name: of the run.
std::string earlier_files_of(const std::filesystem::path& out, const std::string& case_name, const std::string& word);

/// For the end of a run: sentences about cases that have no files of this run, because they failed or were cut off (their earlier
/// files are put aside) or were not started (their earlier files lie where they lay).
std::vector<std::string> earlier_texts(const std::filesystem::path& out, const std::string& word, const RunResult& result,
                                       CaseStatus of_run);

}  // namespace flowrun
