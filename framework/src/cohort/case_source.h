#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/cohort.h"

namespace flowrun {

/// Cases as the command line, a table, patterns or a data set give them.
struct CaseList {
  std::vector<Case> cases;
  bool have_names = true;            ///< of their own: not the one case of the command line
  std::vector<std::string> missing;  ///< inputs that no case has a value for; said once already, not to be said for each case
};

/// What is done with a case that has some of its files and not all.
enum class Incomplete { is_fault, is_left_out };

using CommonValues = std::map<std::string, std::string>;

/// "'a', 'b' and 3 more": the first five names.
std::string quoted_list(const std::vector<std::string>& names);

/// Puts the values of --in into a case.
void add_common(const CommonValues& common, Case& one);

/// Where cases come from. A source of a new kind is one more class, made in case_list.cpp. What is wrong goes to the Diagnostics
/// that it was made with.
class CaseSource {
 public:
  virtual ~CaseSource() = default;
  /// Called once. Every value is text still.
  virtual CaseList read() = 0;
};

/// For what was said to be wrong already.
std::unique_ptr<CaseSource> no_cases();

}  // namespace flowrun
