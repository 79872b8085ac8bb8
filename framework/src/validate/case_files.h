// The files that cases read and write, looked at together.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "flowrun/host/validated_graph.h"
#include "validate/real_paths.h"

namespace flowrun::checks {

/// ASCII only.
std::string lower_case(std::string text);

class CaseFiles {
 public:
  CaseFiles(const ValidatedGraph& graph, const std::filesystem::path& out, Diagnostics& faults);

  /// `one` null: the values that do not belong to a case. A case must live as long as this object.
  void add(const Case* one);
  /// The files that a case would write, where its values alone name them; nothing is read and no value is checked.
  void add_writes(const Case& one);
  /// Faults that take all cases to see.
  void check();
  /// Files that single cases lack.
  const std::vector<MissingFile>& missing() const { return missing_; }

 private:
  struct Entry {
    std::string path;  ///< real
    const ValidatedNode* node = nullptr;
    const Case* one = nullptr;
    SourceLocation place;  ///< of the parameter
  };

  void add_path(const ValidatedNode& node, const ParamExpression& param, const Case* one);
  void add_read(const ValidatedNode& node, const ParamExpression& param, const Case* one, const std::string& path);
  void add_write(const ValidatedNode& node, const ParamExpression& param, const Case* one, const std::string& path);
  void check_stays_inside(const Entry& entry, const ParamExpression& param, const std::string& path);
  void check_name(const Entry& entry);
  void check_clash(const Entry& entry, const Entry& first);
  void add_text(const std::string& file, const char* what);
  void check_folders();
  static std::string words(const Entry& entry);
  /// The row of a table, where there is one; else what names the file in the graph.
  static const SourceLocation& place(const Entry& entry);

  const ValidatedGraph& graph_;
  std::filesystem::path out_;
  Diagnostics& faults_;
  RealPaths real_paths_;
  std::string real_out_;
  std::vector<Entry> writes_;
  std::unordered_map<std::string, std::size_t> first_writer_;  ///< index in writes_, by the path in lower case
  std::unordered_map<std::string, Entry> reads_;
  std::unordered_map<std::string, std::string> texts_;  ///< what the run itself is read from, and what that is: "the graph"
  std::set<std::pair<std::string, std::string>> known_missing_;  ///< by case and path
  std::vector<MissingFile> missing_;
};

}  // namespace flowrun::checks
