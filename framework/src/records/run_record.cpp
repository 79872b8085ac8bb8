#include <map>

#include "flowrun/host/runtime.h"
#include "flowrun/host/run_record.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"
#include "json/json.h"
#include "flowrun/host/file_stamps.h"

namespace flowrun {
namespace {

json::Value param_value(const ParamExpression& param) {
  if (param.constant) return json::Value(to_string(*param.constant));
  std::string text;
  for (const auto& piece : param.pieces) text += piece.case_value.empty() ? piece.text : "${" + piece.case_value + "}";
  return json::Value(text);
}

json::Value node_value(const ValidatedGraph& graph, const ValidatedNode& node) {
  json::Value params = json::Value::object();
  for (const ParamExpression& param : node.params) params.set(param.name, param_value(param));
  json::Value inputs = json::Value::array();
  for (const InputSlot& slot : node.slots) {
    const ValidatedNode& source = graph.nodes[slot.source.node];
    inputs.push(node.type.inputs[slot.port].name + " <- " + source.id + "." + source.type.outputs[slot.source.port].name);
  }
  return json::Value::object()
      .set("id", node.id)
      .set("type", node.type_name)
      .set("plugin", node.plugin)
      .set("plugin_version", node.plugin_version)
      .set("params", std::move(params))
      .set("inputs", std::move(inputs));
}

json::Value error_value(const CaseError& error) {
  return json::Value::object()
      .set("node", error.node)
      .set("type", error.type)
      .set("plugin", error.plugin)
      .set("message", error.message);
}

/// A file that a run reads, hashed once however many cases name it.
class FileHashes {
 public:
  json::Value value(const std::string& path) {
    auto [entry, fresh] = known_.try_emplace(path);
    if (fresh) entry->second = records::file_hash(path);
    return json::Value::object().set("path", path).set("sha256", entry->second);
  }

 private:
  std::map<std::string, std::string> known_;
};

/// Files that constant parameters name, such as models.
json::Value constant_files(const ValidatedGraph& graph, FileHashes& hashes) {
  json::Value files = json::Value::array();
  for (const ValidatedNode& node : graph.nodes) {
    const Params params = resolve_params(node, nullptr, {});
    for (const ParamExpression& param : node.params) {
      if (!param.constant || param.spec.type != ParamType::path || param.spec.role != PathRole::input) continue;
      if (const ParamValue* path = params.find(param.name); path && !std::get<std::string>(*path).empty())
        files.push(hashes.value(std::get<std::string>(*path)).set("node", node.id).set("parameter", param.name));
    }
  }
  return files;
}

json::Value inputs_value(const ValidatedGraph& graph, const Case& one_case, FileHashes& hashes) {
  json::Value inputs = json::Value::object();
  for (const ValueSpec& input : graph.case_inputs) {
    const auto given = one_case.inputs.find(input.spec.name);
    if (given == one_case.inputs.end()) continue;
    const std::string* path = input.spec.type == ParamType::path ? std::get_if<std::string>(&given->second) : nullptr;
    inputs.set(input.spec.name, path ? hashes.value(*path) : json::Value(to_string(given->second)));
  }
  return inputs;
}

json::Value reports_value(const std::vector<Report>& reports) {
  json::Value value = json::Value::object();
  for (const Report& report : reports) value.set(report.node + "." + report.name, report.value);
  return value;
}

json::Value case_value(const CaseResult& result) {
  json::Value errors = json::Value::array();
  for (const CaseError& error : result.errors) errors.push(error_value(error));
  return json::Value::object()
      .set("case", result.name)
      .set("status", to_string(result.status))
      .set("start_s", result.start_s)
      .set("seconds", result.seconds)
      .set("earlier", result.earlier)
      .set("peak_payload_bytes", result.peak_payload_bytes)
      .set("reports", reports_value(result.reports))
      .set("errors", std::move(errors))
      .set("warnings", json::Value(result.warnings));
}

json::Value timings_value(const RunResult& result) {
  json::Value nodes = json::Value::array();
  for (const NodeResult& node : result.nodes)
    nodes.push(json::Value::object()
                   .set("id", node.id)
                   .set("firings", node.firings)
                   .set("failures", node.failures)
                   .set("busy_s", node.busy_s)
                   .set("waiting_s", node.waiting_s)
                   .set("away_s", node.away_s));
  return nodes;
}

}  // namespace

void write_run_record(const std::filesystem::path& file, const ValidatedGraph& graph, const std::vector<Case>& cases,
                      const std::filesystem::path& out, const RunResult& result) {
  json::Value nodes = json::Value::array();
  for (const ValidatedNode& node : graph.nodes) nodes.push(node_value(graph, node));
  FileHashes hashes;
  json::Value run_errors = json::Value::array();
  for (const CaseError& error : result.run_errors) run_errors.push(error_value(error));
  json::Value case_values = json::Value::array();
  for (std::size_t i = 0; i < result.cases.size(); ++i)
    case_values.push(case_value(result.cases[i]).set("inputs", inputs_value(graph, cases[i], hashes)));
  const std::string graph_hash = records::text_hash(json::write_line(nodes));
  const json::Value record = json::Value::object()
                                 .set("format", 1)
                                 .set("graph", json::Value::object()
                                                   .set("file", graph.file.string())
                                                   .set("name", graph.name)
                                                   .set("sha256", graph_hash)
                                                   .set("nodes", std::move(nodes)))
                                 .set("out", out.string())
                                 .set("files", constant_files(graph, hashes))
                                 .set("threads", result.threads)
                                 .set("seconds", result.seconds)
                                 .set("interrupted", result.interrupted)
                                 .set("peak_payload_bytes", result.peak_payload_bytes)
                                 .set("peak_resident_bytes", result.peak_resident_bytes)
                                 .set("node_timings", timings_value(result))
                                 .set("run_errors", std::move(run_errors))
                                 .set("run_reports", reports_value(result.run_reports))
                                 .set("warnings", json::Value(result.warnings))
                                 .set("cases", std::move(case_values));
  write_atomically(file, json::write(record));
}

}  // namespace flowrun
