#include "flowrun/host/case_changes.h"
#include "flowrun/sdk/error.h"
#include "records/recorder_state.h"

namespace flowrun {
namespace {

const std::string* text_of(const std::vector<std::pair<std::string, std::string>>& pairs, const std::string& name) {
  for (const auto& [key, text] : pairs)
    if (key == name) return &text;
  return nullptr;
}

const InputFile* named(const std::vector<InputFile>& inputs, const std::string& name) {
  for (const InputFile& input : inputs)
    if (input.name == name) return &input;
  return nullptr;
}

/// The file of the same parameter of the same node.
template <class Files, class File>
auto same_place(const Files& files, const File& of) -> decltype(files.data()) {
  for (const auto& file : files)
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

void CaseRecorder::State::add_value_changes(const Case& one, const CaseRecord& earlier, std::vector<std::string>& changes) const {
  const auto values = values_of(one);
  for (const auto& [name, text] : values) {
    const std::string* before = text_of(earlier.values, name);
    if (!before) changes.push_back("input '" + name + "' is new (" + text + ")");
    else if (*before != text) changes.push_back("input '" + name + "' changed from " + *before + " to " + text);
  }
  for (const auto& [name, text] : earlier.values)
    if (!text_of(values, name)) changes.push_back("input '" + name + "' (" + text + ") is gone");
}

void CaseRecorder::State::add_input_changes(const Case& one, const CaseRecord& earlier, std::vector<std::string>& changes) {
  const std::vector<InputFile> inputs = inputs_of(one);
  for (const InputFile& input : inputs) {
    const InputFile* before = named(earlier.inputs, input.name);
    if (!before) changes.push_back("input '" + input.name + "' is new");
    else if (changed(before->file, input.file)) changes.push_back("input '" + input.name + "' changed");
  }
  for (const InputFile& input : earlier.inputs)
    if (!named(inputs, input.name)) changes.push_back("input '" + input.name + "' is gone");
}

void CaseRecorder::State::add_model_changes(const CaseRecord& earlier, std::vector<std::string>& changes) {
  for (const ModelFile& model : models) {
    const ModelFile* before = same_place(earlier.models, model);
    if (!before || changed(before->file, model.file))
      changes.push_back("the file '" + model.file.path + "' of node '" + model.node + "' (" + model.parameter + ") changed");
  }
  for (const ModelFile& model : earlier.models)
    if (!same_place(models, model))
      changes.push_back("the file '" + model.file.path + "' of node '" + model.node + "' (" + model.parameter + ") is gone");
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
  state_->add_value_changes(one, earlier, found);
  state_->add_input_changes(one, earlier, found);
  state_->add_model_changes(earlier, found);
  state_->add_output_changes(earlier, files_of_case(*state_->graph, one, state_->out), found);
  return found;
}

std::vector<std::string> CaseRecorder::changes_of_run(const std::vector<Case>& cases, const CaseRecord& earlier) {
  if (earlier.status != CaseStatus::done) return {"it was not finished last time"};
  std::vector<std::string> found;
  state_->add_program_changes(earlier, found);
  if (earlier.values != decltype(earlier.values){{"cases", records::cases_text(cases)}})
    found.push_back("the list of cases changed");
  state_->add_model_changes(earlier, found);
  state_->add_output_changes(earlier, files_of_run(*state_->graph, state_->out), found);
  return found;
}

}  // namespace flowrun
