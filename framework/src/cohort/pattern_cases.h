#pragma once

#include <map>
#include <memory>
#include <string>

#include "cohort/case_pattern.h"
#include "cohort/case_source.h"

namespace flowrun {

/// The words of --cases, sorted.
struct CaseWords {
  std::string table;                            ///< empty: the patterns find the cases
  std::map<std::string, CasePattern> patterns;  ///< by input
};
CaseWords sort_case_words(const std::vector<std::string>& words, const GraphSpec* spec, const CommonValues& common,
                          Diagnostics& faults);

/// A case for each name that some pattern finds, in natural order.
std::unique_ptr<CaseSource> pattern_cases(const CaseWords& words, Incomplete incomplete, const GraphSpec* spec,
                                          const CommonValues& common, Diagnostics& faults);

/// The file of a case whose name is known. A pattern with '*' is looked up, and must find one.
std::string file_of_case(const CasePattern& pattern, const std::string& name, const SourceLocation& place,
                         const std::string& input, Diagnostics& faults);

/// What keeps a case from being run.
struct Lacks {
  std::vector<std::string> files;  ///< "input 't1' ('data/p07/T1.nii.gz')", one for each input without a file
  std::vector<std::string>
      unusable;  ///< "input 't1': 'data/p07/T1.nii.gz' is a file of git-annex whose content is missing; ..."
  bool empty() const { return files.empty() && unusable.empty(); }
};

/// Adds what is known of cases that lack files: a fault for each and what to do, or warnings that say which are left out.
class IncompleteCases {
 public:
  IncompleteCases(Incomplete incomplete, Diagnostics& faults) : incomplete_(incomplete), faults_(faults) {}
  void add(const std::string& name, const Lacks& lacks);
  void finish(std::size_t all) const;

 private:
  Incomplete incomplete_;
  Diagnostics& faults_;
  std::size_t count_ = 0;
};

}  // namespace flowrun
