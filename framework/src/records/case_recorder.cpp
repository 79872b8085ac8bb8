#include "flowrun/host/case_recorder.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <mutex>

#include "flowrun/sdk/error.h"
#include "records/case_changes.h"
#include "records/file_hash.h"
#include "records/file_stamps.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::string utc_text(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

bool is_of_case(const ValidatedNode& node, const ParamSpec& spec) { return spec.per_case && node.scope != Scope::run; }

/// As a record names it: the same wherever the output folder is called from.
std::string within(const fs::path& out, const std::string& path) {
  const fs::path relative = fs::path(path).lexically_normal().lexically_relative(out.lexically_normal());
  return relative.empty() || *relative.begin() == ".." ? fs::absolute(path).string() : relative.string();
}

/// The name of the graph's input that a parameter is, or "node.parameter".
std::string input_name(const ValidatedNode& node, const ParamExpression& param) {
  const bool whole = !param.constant && param.pieces.size() == 1 && !param.pieces.front().case_value.empty();
  return whole ? param.pieces.front().case_value : node.id + "." + param.name;
}

using Looks = std::map<std::string, FileStamp>;  ///< by path

Looks looks_at_outputs(const std::vector<NodeFile>& files) {
  Looks looks;
  for (const NodeFile& file : files)
    if (file.role == PathRole::output) looks.try_emplace(file.path, records::look_at(file.path));
  return looks;
}

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

std::string names_of(const std::vector<Case>& cases) {
  std::string text;
  for (const Case& one : cases) text += one.name + "\n";
  return std::to_string(cases.size()) + " cases, " + records::text_hash(text);
}

}  // namespace

std::vector<NodeFile> files_of_case(const ValidatedGraph& graph, const Case& one, const fs::path& out,
                                    LeftOut left_out_nodes_are) {
  std::vector<NodeFile> files;
  const std::vector<bool> left_out = left_out_nodes(graph, one);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValidatedNode& node = graph.nodes[i];
    const bool is_known = std::all_of(node.optional_inputs.begin(), node.optional_inputs.end(),
                                      [&](const std::string& name) { return one.inputs.contains(name); });
    if (left_out[i] && (left_out_nodes_are == LeftOut::ignored || !is_known)) continue;
    const Params params = resolve_params(node, &one, out);
    for (const ParamSpec& spec : node.type.params)
      if (spec.type == ParamType::path && is_of_case(node, spec) && !params.text(spec.name).empty())
        files.push_back({node.id, spec.name, spec.role, params.text(spec.name)});
  }
  return files;
}

std::vector<NodeFile> files_of_run(const ValidatedGraph& graph, const fs::path& out) {
  std::vector<NodeFile> files;
  for (const ValidatedNode& node : graph.nodes) {
    const Params params = resolve_params(node, nullptr, out);
    for (const ParamSpec& spec : node.type.params)
      if (spec.type == ParamType::path && !is_of_case(node, spec) && params.find(spec.name) && !params.text(spec.name).empty())
        files.push_back({node.id, spec.name, spec.role, params.text(spec.name)});
  }
  return files;
}

const ValidatedNode* case_collector(const ValidatedGraph& graph) {
  for (const ValidatedNode& node : graph.nodes)
    for (const InputSlot& slot : node.slots)
      if (node.type.inputs[slot.port].collects && slot.scope == Scope::per_case) return &node;
  return nullptr;
}

struct CaseRecorder::State {
  struct Started {
    std::time_t time = 0;
    std::vector<InputFile> inputs;
    Looks outputs;  ///< what lay where the case writes
  };

  std::shared_ptr<const ValidatedGraph> graph;
  fs::path out;
  std::vector<NodeRecord> nodes;
  std::string hash;
  records::FileStamps stamps;
  RecordedProgram program;
  std::vector<ModelFile> models;  ///< as they were before the run
  Looks run_outputs;              ///< likewise
  std::time_t begun = std::time(nullptr);
  std::mutex mutex;
  std::map<std::string, Started> started;  ///< by the case's name

  std::vector<InputFile> inputs_of(const Case& one) const {
    std::vector<InputFile> inputs;
    const std::vector<bool> left_out = left_out_nodes(*graph, one);
    for (std::size_t i = 0; i < graph->nodes.size(); ++i) {
      if (left_out[i]) continue;
      const ValidatedNode& node = graph->nodes[i];
      const Params params = resolve_params(node, &one, out);
      for (const ParamExpression& param : node.params) {
        if (param.spec.type != ParamType::path || param.spec.role != PathRole::input || !is_of_case(node, param.spec)) continue;
        const std::string name = input_name(node, param), &path = params.text(param.name);
        const auto known = [&](const InputFile& input) { return input.name == name; };
        if (!path.empty() && std::none_of(inputs.begin(), inputs.end(), known)) inputs.push_back({name, records::look_at(path)});
      }
    }
    return inputs;
  }

  std::vector<std::pair<std::string, std::string>> values_of(const Case& one) const {
    std::vector<std::pair<std::string, std::string>> values;
    for (const ValueSpec& input : graph->case_inputs)
      if (const auto given = one.inputs.find(input.spec.name); given != one.inputs.end() && input.spec.type != ParamType::path)
        values.emplace_back(input.spec.name, to_string(given->second));
    return values;
  }

  std::vector<ModelFile> models_now() const {
    std::vector<ModelFile> found;
    for (const NodeFile& file : files_of_run(*graph, out))
      if (file.role == PathRole::input) found.push_back({file.node, file.parameter, records::look_at(file.path)});
    return found;
  }

  /// Brought to disk and hashed; those that are not there, or lie there as they did before, were not made.
  std::vector<OutputFile> outputs(const std::vector<NodeFile>& files, const Looks& before) {
    std::vector<OutputFile> found;
    for (const NodeFile& file : files) {
      if (file.role != PathRole::output) continue;
      const FileStamp now = records::look_at(file.path);
      const auto earlier = before.find(file.path);
      if (now.size < 0 || (earlier != before.end() && records::looks_same(earlier->second, now))) continue;
      records::sync_file(file.path);
      FileStamp stamp = stamps.hashed(file.path);
      stamp.path = within(out, file.path);
      found.push_back({file.node, file.parameter, std::move(stamp)});
    }
    return found;
  }

  CaseRecord blank() const {
    CaseRecord record;
    record.graph = graph->name;
    record.graph_file = graph->file.string();
    record.graph_hash = hash;
    record.flowrun = program.version;
    record.nodes = nodes;
    record.models = models;
    return record;
  }

  void hash_models(CaseRecord& record) {
    for (ModelFile& model : record.models) model.file = stamps.hashed(model.file);
  }

  bool changed(const FileStamp& before, const FileStamp& now) {
    if (before.size < 0 && now.size < 0) return false;  // of a node that no case runs: missing then and now
    if (records::looks_same(before, now) && !before.sha256.empty()) {
      FileStamp same = now;
      same.sha256 = before.sha256;
      stamps.know(same);
      return false;
    }
    return before.size != now.size || before.sha256.empty() || stamps.hashed(now).sha256 != before.sha256;
  }

  void add_program_changes(const CaseRecord& earlier, std::vector<std::string>& changes) const {
    if (earlier.graph_hash != hash) changes = records::graph_changes(earlier.nodes, nodes);
    if (earlier.flowrun != program.version)
      changes.push_back("flowrun " + (earlier.flowrun.empty() ? "(an older one)" : earlier.flowrun) + " -> " + program.version);
  }

  void add_value_changes(const Case& one, const CaseRecord& earlier, std::vector<std::string>& changes) const {
    const auto values = values_of(one);
    for (const auto& [name, text] : values) {
      const std::string* before = text_of(earlier.values, name);
      if (!before) changes.push_back("input '" + name + "' is new (" + text + ")");
      else if (*before != text) changes.push_back("input '" + name + "' changed from " + *before + " to " + text);
    }
    for (const auto& [name, text] : earlier.values)
      if (!text_of(values, name)) changes.push_back("input '" + name + "' (" + text + ") is gone");
  }

  void add_input_changes(const Case& one, const CaseRecord& earlier, std::vector<std::string>& changes) {
    const std::vector<InputFile> inputs = inputs_of(one);
    for (const InputFile& input : inputs) {
      const InputFile* before = named(earlier.inputs, input.name);
      if (!before) changes.push_back("input '" + input.name + "' is new");
      else if (changed(before->file, input.file)) changes.push_back("input '" + input.name + "' changed");
    }
    for (const InputFile& input : earlier.inputs)
      if (!named(inputs, input.name)) changes.push_back("input '" + input.name + "' is gone");
  }

  void add_model_changes(const CaseRecord& earlier, std::vector<std::string>& changes) {
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
  void add_output_changes(const CaseRecord& earlier, const std::vector<NodeFile>& files, std::vector<std::string>& changes) {
    for (const OutputFile& output : earlier.outputs) {
      const NodeFile* now = same_place(files, output);
      const FileStamp look = records::look_at((out / output.file.path).string());
      if (now && within(out, now->path) != output.file.path)
        changes.push_back("output '" + output.file.path + "' is to be '" + within(out, now->path) + "'");
      else if (look.size < 0) changes.push_back("output '" + output.file.path + "' is missing");
      else if (changed(output.file, look)) changes.push_back("output '" + output.file.path + "' is not as it was written");
    }
  }
};

CaseRecorder::CaseRecorder(std::shared_ptr<const ValidatedGraph> graph, fs::path out, RecordedProgram program)
    : state_(std::make_unique<State>()) {
  state_->graph = std::move(graph);
  state_->out = std::move(out);
  state_->program = std::move(program);
  state_->nodes = node_records(*state_->graph, state_->program.device);
  state_->hash = graph_hash(state_->nodes);
  state_->models = state_->models_now();
  state_->run_outputs = looks_at_outputs(files_of_run(*state_->graph, state_->out));
}
CaseRecorder::~CaseRecorder() = default;

void CaseRecorder::start(const Case& one) {
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
  Looks before;
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
  if (result.status != CaseStatus::done) return record;
  record.outputs = state_->outputs(files_of_case(*state_->graph, one, state_->out), before);
  for (InputFile& input : record.inputs) input.file = state_->stamps.hashed(input.file);
  for (std::string& sentence : inputs_alike(record.inputs)) record.warnings.push_back(std::move(sentence));
  state_->hash_models(record);
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
  record.values = {{"cases", names_of(cases)}};
  for (std::size_t i = 0; i < result.nodes.size() && i < record.nodes.size(); ++i) {
    record.nodes[i].firings = result.nodes[i].firings;
    record.nodes[i].busy_s = result.nodes[i].busy_s;
  }
  if (record.status != CaseStatus::done) return record;
  record.outputs = state_->outputs(files_of_run(*state_->graph, state_->out), state_->run_outputs);
  state_->hash_models(record);
  return record;
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
  if (earlier.values != decltype(earlier.values){{"cases", names_of(cases)}}) found.push_back("the list of cases changed");
  state_->add_model_changes(earlier, found);
  state_->add_output_changes(earlier, files_of_run(*state_->graph, state_->out), found);
  return found;
}

}  // namespace flowrun
