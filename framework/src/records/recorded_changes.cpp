#include "flowrun/host/comparison.h"
#include "flowrun/sdk/error.h"
#include "records/recorder_state.h"

namespace flowrun {
namespace {

/// The file of the same parameter of the same node.
const NodeFile* same_place(const std::vector<NodeFile>& files, const OutputFile& of) {
  for (const NodeFile& file : files)
    if (file.node == of.node && file.parameter == of.parameter) return &file;
  return nullptr;
}

}  // namespace

bool CaseRecorder::State::changed(const FileStamp& before, const FileStamp& now) {
  if (before.size < 0 && now.size < 0) return false;  // of a node that no case runs: missing then and now
  if (records::looks_same(before, now) && !before.sha256.empty()) {
    FileStamp same = now;
    same.sha256 = before.sha256;
    stamps.know(same);
    return false;
  }
  return before.size != now.size || before.sha256.empty() || stamps.hashed(now).sha256 != before.sha256;
}

void CaseRecorder::State::add_program_changes(const CaseRecord& earlier, std::vector<std::string>& changes) const {
  if (earlier.graph_hash != hash) changes = graph_changes(earlier.nodes, nodes);
  if (earlier.flowrun != program.version)
    changes.push_back("flowrun " + (earlier.flowrun.empty() ? "(an older one)" : earlier.flowrun) + " -> " + program.version);
}

records::ContentChange CaseRecorder::State::content_change() {
  return [this](const FileStamp& before, const FileStamp& now) { return changed(before, now) ? " changed" : ""; };
}

/// `files`: what would be written now.
void CaseRecorder::State::add_output_changes(const CaseRecord& earlier, const std::vector<NodeFile>& files,
                                             std::vector<std::string>& changes) {
  for (const OutputFile& output : earlier.outputs) {
    const NodeFile* now = same_place(files, output);
    const FileStamp look = records::look_at((out / output.file.path).string());
    if (now && records::path_within(out, now->path) != output.file.path)
      changes.push_back("output '" + output.file.path + "' is to be '" + records::path_within(out, now->path) + "'");
    else if (look.size < 0) changes.push_back("output '" + output.file.path + "' is missing");
    else if (changed(output.file, look)) changes.push_back("output '" + output.file.path + "' is not as it was written");
  }
}

std::vector<std::string> CaseRecorder::changes(const Case& one, const CaseRecord& earlier) {
  if (earlier.status == CaseStatus::failed) {
    const std::string node = earlier.errors.empty() ? "" : " in node '" + earlier.errors.front().node + "'";
    return {"it failed last time" + node};
  }
  if (earlier.status != CaseStatus::done) return {"it was not finished last time"};
  std::vector<std::string> found;
  state_->add_program_changes(earlier, found);
  records::add_value_changes(earlier.values, state_->values_of(one), found);
  records::add_input_changes(earlier.inputs, state_->inputs_of(one), state_->content_change(), found);
  records::add_model_changes(earlier.models, state_->models, state_->content_change(), found);
  state_->add_output_changes(earlier, files_of_case(*state_->graph, one, state_->out), found);
  return found;
}

std::vector<std::string> CaseRecorder::changes_of_program(const CaseRecord& earlier) const {
  std::vector<std::string> found;
  state_->add_program_changes(earlier, found);
  return found;
}

std::vector<std::string> CaseRecorder::changes_of_outputs(const CaseRecord& earlier) {
  std::vector<std::string> found;
  state_->add_output_changes(earlier, {}, found);
  return found;
}

std::vector<std::string> CaseRecorder::changes_of_run(const std::vector<Case>& cases, const CaseRecord& earlier) {
  if (earlier.status != CaseStatus::done) return {"it was not finished last time"};
  std::vector<std::string> found;
  state_->add_program_changes(earlier, found);
  if (earlier.values != decltype(earlier.values){{"cases", records::cases_text(cases)}})
    found.push_back("the list of cases changed");
  records::add_model_changes(earlier.models, state_->models, state_->content_change(), found);
  state_->add_output_changes(earlier, files_of_run(*state_->graph, state_->out), found);
  return found;
}

}  // namespace flowrun
