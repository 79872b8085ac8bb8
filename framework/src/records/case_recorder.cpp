#include "flowrun/host/case_recorder.h"

#include <algorithm>

#include "flowrun/host/file_stamps.h"
#include "records/recorder_state.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::string utc_text(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

/// The name of the graph's input that a parameter is, or "node.parameter".
std::string input_name(const ValidatedNode& node, const ParamExpression& param) {
  const bool whole = !param.constant && param.pieces.size() == 1 && !param.pieces.front().case_value.empty();
  return whole ? param.pieces.front().case_value : node.id + "." + param.name;
}

FileLooks looks_at_outputs(const std::vector<NodeFile>& files) {
  FileLooks looks;
  for (const NodeFile& file : files)
    if (file.role == PathRole::output) looks.try_emplace(file.path, records::look_at(file.path));
  return looks;
}

/// One sentence for each file that stands for several inputs, also as a copy.
std::vector<std::string> inputs_alike(const std::vector<InputFile>& inputs) {
  std::map<std::string, std::vector<const InputFile*>> by_content;
  for (const InputFile& input : inputs)
    if (!input.file.sha256.empty()) by_content[input.file.sha256].push_back(&input);
  std::vector<std::string> sentences;
  for (const auto& [content, alike] : by_content) {
    if (alike.size() < 2) continue;
    std::string names;
    for (std::size_t i = 0; i < alike.size(); ++i)
      names += (i == 0 ? "" : i + 1 == alike.size() ? " and " : ", ") + ("'" + alike[i]->name + "'");
    sentences.push_back("inputs " + names + " have one content ('" + alike.front()->file.path + "'" +
                        (alike.front()->file.path == alike.back()->file.path ? "" : ", '" + alike.back()->file.path + "'") +
                        "); if they should be different images, the wrong file was given");
  }
  return sentences;
}

}  // namespace

std::string records::path_within(const fs::path& out, const std::string& path) {
  const fs::path relative = fs::path(path).lexically_normal().lexically_relative(out.lexically_normal());
  return relative.empty() || *relative.begin() == ".." ? fs::absolute(path).string() : relative.string();
}

std::string records::cases_text(const std::vector<Case>& cases) {
  std::string text;
  for (const Case& one : cases) text += one.name + "\n";
  return std::to_string(cases.size()) + " cases, " + records::text_hash(text);
}

std::vector<InputFile> CaseRecorder::State::inputs_of(const Case& one) const {
  std::vector<InputFile> inputs;
  const std::vector<bool> left_out = left_out_nodes(*graph, one);
  for (std::size_t i = 0; i < graph->nodes.size(); ++i) {
    if (left_out[i]) continue;
    const ValidatedNode& node = graph->nodes[i];
    const Params params = resolve_params(node, &one, out);
    for (const ParamExpression& param : node.params) {
      if (param.spec.type != ParamType::path || param.spec.role != PathRole::input || !records::is_of_case(node, param.spec))
        continue;
      const std::string name = input_name(node, param), &path = params.text(param.name);
      const auto known = [&](const InputFile& input) { return input.name == name; };
      if (!path.empty() && std::none_of(inputs.begin(), inputs.end(), known)) inputs.push_back({name, records::look_at(path)});
    }
  }
  return inputs;
}

std::vector<std::pair<std::string, std::string>> CaseRecorder::State::values_of(const Case& one) const {
  std::vector<std::pair<std::string, std::string>> values;
  for (const ValueSpec& input : graph->case_inputs)
    if (const auto given = one.inputs.find(input.spec.name); given != one.inputs.end() && input.spec.type != ParamType::path)
      values.emplace_back(input.spec.name, to_string(given->second));
  return values;
}

std::vector<ModelFile> CaseRecorder::State::models_now() const {
  std::vector<ModelFile> found;
  for (const NodeFile& file : files_of_run(*graph, out))
    if (file.role == PathRole::input) found.push_back({file.node, file.parameter, records::look_at(file.path)});
  return found;
}

/// Brought to disk and hashed; those that are not there, or lie there as they did before, were not made.
std::vector<OutputFile> CaseRecorder::State::outputs(const std::vector<NodeFile>& files, const FileLooks& before) {
  std::vector<OutputFile> found;
  for (const NodeFile& file : files) {
    if (file.role != PathRole::output) continue;
    const FileStamp now = records::look_at(file.path);
    const auto earlier = before.find(file.path);
    if (now.size < 0 || (earlier != before.end() && records::looks_same(earlier->second, now))) continue;
    records::sync_file(file.path);
    FileStamp stamp = stamps.hashed(file.path);
    stamp.path = records::path_within(out, file.path);
    found.push_back({file.node, file.parameter, std::move(stamp)});
  }
  return found;
}

CaseRecord CaseRecorder::State::blank() const {
  CaseRecord record;
  record.graph = graph->name;
  record.graph_file = graph->file.string();
  record.graph_hash = hash;
  record.flowrun = program.version;
  record.nodes = nodes;
  record.models = models;
  record.columns = graph->columns;
  return record;
}

void CaseRecorder::State::hash_models(CaseRecord& record) {
  for (ModelFile& model : record.models) model.file = stamps.hashed(model.file);
}

void CaseRecorder::State::forget_changed_plugins(CaseRecord& record) const {
  for (const auto& [library, before] : plugins) {
    if (records::looks_same(before, records::look_at_plugin(library))) continue;
    for (std::size_t i = 0; i < record.nodes.size(); ++i)
      if (graph->nodes[i].library == library) record.nodes[i].plugin_hash.clear();
    record.graph_hash.clear();
  }
}

CaseRecorder::CaseRecorder(std::shared_ptr<const ValidatedGraph> graph, fs::path out, RecordedProgram program)
    : state_(std::make_unique<State>()) {
  state_->graph = std::move(graph);
  state_->out = std::move(out);
  state_->program = std::move(program);
  for (const ValidatedNode& node : state_->graph->nodes)  // before they are hashed, so that no change goes by
    if (!node.library.empty() && !state_->plugins.contains(node.library))
      state_->plugins[node.library] = records::look_at_plugin(node.library);
  state_->nodes = node_records(*state_->graph, state_->program.device);
  state_->hash = graph_hash(state_->nodes);
  state_->models = state_->models_now();
  state_->run_outputs = looks_at_outputs(files_of_run(*state_->graph, state_->out));
}
CaseRecorder::~CaseRecorder() = default;

void CaseRecorder::start(const Case& one) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->started.contains(one.name)) return;
  }
  State::Started started;
  started.time = std::time(nullptr);
  try {
    started.inputs = state_->inputs_of(one);
    started.outputs = looks_at_outputs(files_of_case(*state_->graph, one, state_->out));
  } catch (const std::exception&) {  // a parameter that does not fit, say: the case will fail, and say so
  }
  const std::lock_guard lock(state_->mutex);
  state_->started[one.name] = std::move(started);
}

CaseRecord CaseRecorder::finish(const Case& one, const CaseResult& result) {
  CaseRecord record = state_->blank();
  FileLooks before;
  {
    const std::lock_guard lock(state_->mutex);
    State::Started& started = state_->started[one.name];
    record.started = utc_text(started.time);
    record.inputs = std::move(started.inputs);
    before = std::move(started.outputs);
    state_->started.erase(one.name);
  }
  record.name = one.name;
  record.status = result.status;
  record.errors = result.errors;
  record.warnings = result.warnings;
  for (const LeftOutNode& node : result.left_out) record.left_out.emplace_back(state_->nodes[node.node].id, node.reason);
  record.reports = result.reports;
  record.seconds = result.seconds;
  record.peak_payload_bytes = result.peak_payload_bytes;
  record.values = state_->values_of(one);
  for (const CaseTiming& timing : result.timings) {
    NodeRecord& node = record.nodes[timing.node];
    node.firings = timing.firings;
    node.busy_s = timing.busy_s;
    node.begin_s = timing.begin_s;
    node.end_s = timing.end_s;
  }
  for (const std::size_t node : result.kept) record.nodes[node].kept = true;
  if (result.status == CaseStatus::failed) record.outputs = state_->outputs(kept_items(*state_->graph, one, state_->out), before);
  if (result.status != CaseStatus::done) return record;
  record.outputs = state_->outputs(files_of_case(*state_->graph, one, state_->out), before);
  for (InputFile& input : record.inputs) input.file = state_->stamps.hashed(input.file);
  for (std::string& sentence : inputs_alike(record.inputs)) record.warnings.push_back(std::move(sentence));
  state_->hash_models(record);
  state_->forget_changed_plugins(record);
  return record;
}

CaseRecord CaseRecorder::finish_run(const std::vector<Case>& cases, const RunResult& result) {
  CaseRecord record = state_->blank();
  const bool whole = result.run_errors.empty() && !result.run_cut_off &&
                     std::all_of(result.cases.begin(), result.cases.end(), [](const CaseResult& one) {
                       return one.status == CaseStatus::done || one.status == CaseStatus::failed;
                     });
  record.status = whole ? CaseStatus::done : result.run_errors.empty() ? CaseStatus::cancelled : CaseStatus::failed;
  record.errors = result.run_errors;
  record.warnings = result.warnings;
  record.reports = result.run_reports;
  record.started = utc_text(state_->begun);
  record.seconds = result.seconds;
  record.peak_payload_bytes = result.peak_payload_bytes;
  record.values = {{"cases", records::cases_text(cases)}};
  for (std::size_t i = 0; i < result.nodes.size() && i < record.nodes.size(); ++i) {
    record.nodes[i].firings = result.nodes[i].firings;
    record.nodes[i].busy_s = result.nodes[i].busy_s;
  }
  if (record.status != CaseStatus::done) return record;
  record.outputs = state_->outputs(files_of_run(*state_->graph, state_->out), state_->run_outputs);
  state_->hash_models(record);
  state_->forget_changed_plugins(record);
  return record;
}

}  // namespace flowrun
