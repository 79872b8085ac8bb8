#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schedule/case_item.h"
#include "schedule/payload_list.h"
#include "schedule/planned_node.h"

namespace flowrun::schedule {

/// What nodes report, and how they fail. What belongs to a case goes to its item, what is of run scope stays here.
class Findings {
 public:
  void report(const PlannedNode& node, const Item& item, std::string_view name, double value);
  void warn(const PlannedNode& node, const Item& item, std::string_view sentence);
  std::vector<std::string>& warnings_of_open() { return warnings_; }  ///< before any firing
  /// A node failed: its case fails, and stops unless the node's `run` says that it continues.
  ErrorPtr fail(const PlannedNode& node, const Item& item, std::string message);
  void add_to(RunResult& result, const ValidatedGraph& graph) const;

  /// A case that is reached by an error of run scope has failed with it.
  static void adopt_error(const Item& item, const ErrorPtr& error);
  static void note_left_out(const PlannedNode& node, const Item& item, const std::string& reason);
  /// A case's measures often come as a table with one row: its numbers become figures named after their columns, but for names
  /// that the node has reported itself.
  static void report_tables(const PlannedNode& node, const Item& item, const PayloadList& outputs);

 private:
  mutable std::mutex mutex_;
  std::vector<CaseError> errors_;
  std::map<std::pair<std::size_t, std::string>, ExactSum> reports_;  ///< by node and name
  std::vector<std::string> warnings_;
};

}  // namespace flowrun::schedule
