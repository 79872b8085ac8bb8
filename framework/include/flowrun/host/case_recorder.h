// Makes the records of a run's cases, and finds what has changed since an earlier record.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/case_record.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// A file that a node reads or writes.
struct NodeFile {
  std::string node;
  std::string parameter;
  PathRole role = PathRole::input;
  std::string path;
};

/// What becomes of nodes that a case leaves out: their files are not the case's, or they are named all the same, where their
/// names are known, because an earlier run may have written them.
enum class LeftOut { ignored, named };

/// The files of one case, in the graph's order; without those that are the same for all cases (models). Throws Error where a
/// parameter's value does not fit.
std::vector<NodeFile> files_of_case(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out,
                                    LeftOut left_out_nodes_are = LeftOut::ignored);
/// The files that belong to no case: models that are read, and what nodes of run scope write.
std::vector<NodeFile> files_of_run(const ValidatedGraph& graph, const std::filesystem::path& out);

/// Those in which nodes keep items of the case for nodes that take all cases (host/split_graph.h).
std::vector<NodeFile> kept_items(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out);

/// The first node that takes all cases of a run, or null: what it makes needs them all, so nothing of the run can be left out.
const ValidatedNode* case_collector(const ValidatedGraph& graph);

/// The program that makes the records, as far as results depend on it.
struct RecordedProgram {
  std::string version;          ///< of flowrun
  std::string device = "auto";  ///< of the nodes whose graph says nothing of it (RunOptions::device)
};

/// One run's records. Files are hashed when a case has ended, never before the first begins; a file that many cases read is
/// hashed once as long as its size, time and marks stay. `start` may be called by several threads, the others by one at a time.
class CaseRecorder {
 public:
  CaseRecorder(std::shared_ptr<const ValidatedGraph> graph, std::filesystem::path out, RecordedProgram program = {});
  ~CaseRecorder();
  CaseRecorder(const CaseRecorder&) = delete;
  CaseRecorder& operator=(const CaseRecorder&) = delete;

  /// Before a case runs: its inputs as they are now, and what lies where it writes. An input that looks otherwise when the case
  /// has ended gets no hash; an output that looks as before was not written and is none of the case's. Called again before the
  /// case has ended it does nothing: the first look counts.
  void start(const Case& one);
  /// The record of a case that has ended. Where it is done its outputs are on the disk when this returns, and hashed; of one
  /// that has failed only the kept items are. Inputs of one content add a warning to those of the result. Throws Error when
  /// an output cannot be brought to disk.
  CaseRecord finish(const Case& one, const CaseResult& result);
  /// The record of what the run did outside its cases.
  CaseRecord finish_run(const std::vector<Case>& cases, const RunResult& result);

  /// Why an earlier record no longer shows what this graph would make of the case: a sentence's part for each change ("input
  /// 'flair' changed"). Empty: the case need not run again. Files whose size, time and marks are as recorded are not read.
  std::vector<std::string> changes(const Case& one, const CaseRecord& earlier);
  std::vector<std::string> changes_of_run(const std::vector<Case>& cases, const CaseRecord& earlier);
  /// The same of the graph with its plugins and of flowrun alone, and of the files alone that the record names as outputs.
  std::vector<std::string> changes_of_program(const CaseRecord& earlier) const;
  std::vector<std::string> changes_of_outputs(const CaseRecord& earlier);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowrun
