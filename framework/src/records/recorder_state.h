#pragma once

#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/file_stamps.h"
#include "records/record_changes.h"

namespace flowrun {

using FileLooks = std::map<std::string, FileStamp>;  ///< by path

/// What the recorder knows of its run. case_recorder.cpp makes records of it, recorded_changes.cpp compares it with earlier ones.
struct CaseRecorder::State {
  struct Started {
    std::time_t time = 0;
    std::vector<InputFile> inputs;
    FileLooks outputs;  ///< what lay where the case writes
  };

  std::shared_ptr<const ValidatedGraph> graph;
  std::filesystem::path out;
  std::vector<NodeRecord> nodes;
  std::string hash;
  records::FileStamps stamps;
  RecordedProgram program;
  std::vector<ModelFile> models;                                    ///< as they were before the run
  std::map<std::filesystem::path, std::vector<FileStamp>> plugins;  ///< their files, likewise, by library
  FileLooks run_outputs;                                            ///< likewise
  std::time_t begun = std::time(nullptr);
  std::mutex mutex;
  std::map<std::string, Started> started;  ///< by the case's name

  std::vector<InputFile> inputs_of(const Case& one) const;
  std::vector<std::pair<std::string, std::string>> values_of(const Case& one) const;
  std::vector<ModelFile> models_now() const;
  /// Brought to disk and hashed; those that are not there, or lie there as they did before, were not made.
  std::vector<OutputFile> outputs(const std::vector<NodeFile>& files, const FileLooks& before);
  CaseRecord blank() const;
  void hash_models(CaseRecord& record);
  /// A plugin that has changed since the run began may have worked with what it was or what it is: its nodes get no hash, so that
  /// the next --resume runs the case again.
  void forget_changed_plugins(CaseRecord& record) const;

  bool changed(const FileStamp& before, const FileStamp& now);
  void add_program_changes(const CaseRecord& earlier, std::vector<std::string>& changes) const;
  /// Whether a file differs from what a record says of it: by its looks, else by its hash.
  records::ContentChange content_change();
  /// `files`: what would be written now.
  void add_output_changes(const CaseRecord& earlier, const std::vector<NodeFile>& files, std::vector<std::string>& changes);
};

namespace records {
/// Whether a parameter has a value of its own in each case.
bool is_of_case(const ValidatedNode& node, const ParamSpec& spec);
/// A path as a record has it: the same wherever the output folder is called from.
std::string path_within(const std::filesystem::path& out, const std::string& path);
/// The cases of a run as one text: how many, and a hash of their names.
std::string cases_text(const std::vector<Case>& cases);
}  // namespace records

}  // namespace flowrun
