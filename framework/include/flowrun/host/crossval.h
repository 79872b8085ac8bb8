// Cross-validation: a plan of graph runs (host/cross_plan.h), once for each fold of a table of cases.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "flowrun/host/cohort.h"
#include "flowrun/host/cross_plan.h"
#include "flowrun/host/diagnostic.h"
#include "flowrun/host/registry.h"

namespace flowrun {

struct CrossvalRequest {
  std::string plan;
  std::string cases;  ///< a table
  std::string out = "crossval";
  std::string folds;  ///< empty: what the plan says
  std::string together;  ///< column of the table; cases with one value there are tested in one fold. Empty: none
  std::string threads;
  std::vector<std::string> settings;  ///< step.name=value
};

/// In the output folder; also the reason why no fold can have this name.
inline constexpr const char* kMeasuresFile = "measures.csv";

using Columns =
    std::map<std::string, std::string>;  ///< one row of the table: "case" and the inputs; paths are absolute or as given

struct Fold {
  std::string name;  ///< the case, or the value of `together`, that is tested alone, or "fold_2"
  std::vector<Columns> train, test;
};

/// All that is known before the first fold.
struct PreparedCrossval {
  CrossPlan plan;
  Registry registry;
  std::vector<std::vector<std::string>> inputs;  ///< of each step's graph, by name
  std::vector<Fold> folds;
};

/// Reads the plan and the table and checks them together: graphs, settings, names that become folders, files that have to be
/// there before the first step. Writes nothing.
PreparedCrossval prepare_crossval(const CrossvalRequest& request, Registry registry, Diagnostics& faults);

/// One step of one fold, with the files that it is known by. What it was made of and what it left is in the records of its run,
/// so it is done when its end was noted and --resume would run nothing.
class StepRun {
 public:
  StepRun(const CrossvalRequest& request, const PreparedCrossval& prepared, const Fold& fold, std::size_t index);

  /// Looks at the records and the files.
  struct State {
    bool done = false;
    std::vector<std::string> changes;  ///< why a step that was done is not any more; empty: it never was
  };
  State state() const;
  /// Whether an earlier call ran it to its end.
  bool ended_before() const;

  /// Readies the step's folder and table, and gives what is to be run there. The note of its end goes first: a run that is killed
  /// must not be taken for one that ended.
  const CohortRequest& begin() const;
  /// Notes that it has run to its end.
  void note_end() const;

  /// The files that the step's run says it wrote, with real paths.
  std::vector<std::filesystem::path> outputs() const;

 private:
  std::filesystem::path done_file() const { return folder_ / (step_.name + ".done"); }
  void refuse_own_links() const;

  const PreparedCrossval& prepared_;
  const CrossStep& step_;
  std::filesystem::path folder_;
  CohortRequest run_;
  std::string table_;
};

/// The measures of all tested cases: a row for each, cells as text, empty where a measure has no meaning.
struct FoldMeasures {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;

  /// Adds the rows of a table as evaluate.summary writes it (a column 'row', of which the rows 'case' count), or of any table.
  void add(const std::filesystem::path& file, Diagnostics& faults);

  /// CSV with rows for mean, sd (of the sample) and median below the cases.
  std::string csv() const;

  /// Rows of cells for a person: the columns in `show` (all when it is empty or none is there), cases, mean, sd and median.
  std::vector<std::vector<std::string>> shown(const std::vector<std::string>& show) const;
};

/// The measures of all folds, from the tables that their steps have written: an old file of that name does not count.
FoldMeasures measures_of_folds(const CrossvalRequest& request, const PreparedCrossval& prepared, Diagnostics& faults);

}  // namespace flowrun
