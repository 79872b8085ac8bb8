#include "flowrun/host/case_record.h"

#include <algorithm>
#include <map>

#include "flowrun/host/file_stamps.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"
#include "json/own_json.h"
#include "records/case_record_json.h"

namespace flowrun {
namespace {

using json::Value;
namespace fs = std::filesystem;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string expression_text(const ParamExpression& param) {
  if (param.constant) return to_string(*param.constant);
  if (param.number_port) return "a number of another node";
  std::string text;
  for (const auto& piece : param.pieces) text += piece.case_value.empty() ? piece.text : "${" + piece.case_value + "}";
  return text;
}

/// With the value that decides, where the graph has it: "denoise is true (false)". What a case decides is among the case's
/// values.
std::string condition_text(const Condition& condition) {
  if (condition.kind != ConditionSpec::Kind::value) return condition.text;
  return condition.text + " (" + expression_text(condition.value) + ")";
}

/// All conditions of a node as one text: names of a record's parameters come once, or the record could not be read again.
std::string conditions_text(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) text += (text.empty() ? "" : "; ") + condition_text(condition);
  return text;
}

/// "when", but for a node type that has a parameter of this name.
std::string conditions_name(const ValidatedNode& node) {
  const bool taken = std::any_of(node.params.begin(), node.params.end(), [](const auto& param) { return param.name == "when"; });
  return taken ? "when (condition)" : "when";
}

Value pairs_value(const Pairs& pairs) {
  Value object = Value::object();
  for (const auto& [name, text] : pairs) object.own_members().push_back({name, Value(text)});
  return object;
}

Value file_value(const FileStamp& file) {
  return Value::object()
      .set("path", file.path)
      .set("size", file.size)
      .set("mtime_ns", file.mtime_ns)
      .set("sha256", file.sha256)
      .set("marks", file.marks);
}

Value error_value(const CaseError& error) {
  return Value::object()
      .set("node", error.node)
      .set("type", error.type)
      .set("plugin", error.plugin)
      .set("message", error.message);
}

Value graph_node_value(const NodeRecord& node) {
  return Value::object()
      .set("id", node.id)
      .set("type", node.type)
      .set("plugin", node.plugin)
      .set("plugin_version", node.plugin_version)
      .set("plugin_sha256", node.plugin_hash)
      .set("params", pairs_value(node.params))
      .set("inputs", Value(node.inputs));
}

template <class T, class Make>
Value list_of(const std::vector<T>& items, Make make) {
  Value list = Value::array();
  for (const T& item : items) list.push(make(item));
  return list;
}

Value of_node(const std::string& node, const std::string& parameter, const FileStamp& file) {
  return file_value(file).set("node", node).set("parameter", parameter);
}

Value graph_value(const CaseRecord& record) {
  return Value::object()
      .set("name", record.graph)
      .set("file", record.graph_file)
      .set("sha256", record.graph_hash)
      .set("nodes", list_of(record.nodes, [](const NodeRecord& node) {
             Value value = graph_node_value(node);
             if (node.kept) value.set("kept", true);
             return value.set("firings", node.firings)
                 .set("busy_s", node.busy_s)
                 .set("begin_s", node.begin_s)
                 .set("end_s", node.end_s);
           }));
}

Value record_value(const CaseRecord& record) {
  Value value =
      Value::object()
          .set("format", records::kCaseRecordFormat)
          .set("case", record.name)
          .set("status", to_string(record.status))
          .set("flowrun", record.flowrun)
          .set("started", record.started)
          .set("seconds", record.seconds)
          .set("attempt", record.attempt)
          .set("peak_payload_bytes", record.peak_payload_bytes)
          .set("errors", list_of(record.errors, error_value))
          .set("warnings", Value(record.warnings))
          .set("reports", list_of(record.reports,
                                  [](const Report& report) {
                                    return Value::object()
                                        .set("node", report.node)
                                        .set("name", report.name)
                                        .set("value", number_value(report.value));
                                  }))
          .set("replay", record.replay)
          .set("earlier", record.earlier)
          .set("outputs",
               list_of(record.outputs, [](const OutputFile& one) { return of_node(one.node, one.parameter, one.file); }))
          .set("values", pairs_value(record.values))
          .set("inputs", list_of(record.inputs, [](const InputFile& one) { return file_value(one.file).set("name", one.name); }))
          .set("models", list_of(record.models, [](const ModelFile& one) { return of_node(one.node, one.parameter, one.file); }))
          .set("graph", graph_value(record));
  if (!record.columns.empty()) value.set("columns", pairs_value(record.columns));
  if (!record.left_out.empty()) value.set("left_out", pairs_value(record.left_out));
  return value;
}

}  // namespace

fs::path case_records_folder(const fs::path& out, const std::string& word) {
  return out / "flowrun" / (word.empty() ? "cases" : "cases." + word);
}

fs::path case_record_file(const fs::path& out, const std::string& name, const std::string& word) {
  if (!name.empty()) return case_records_folder(out, word) / (name + ".json");
  return out / "flowrun" / (word.empty() ? "run.json" : "run." + word + ".json");
}

void write_case_record(const std::filesystem::path& file, const CaseRecord& record) {
  write_atomically(file, json::write(record_value(record)));
}

std::vector<NodeRecord> node_records(const ValidatedGraph& graph, const std::string& device) {
  std::vector<NodeRecord> nodes;
  std::map<fs::path, std::string> hashes;  // a library has many nodes
  for (const ValidatedNode& node : graph.nodes) {
    NodeRecord record{node.id, node.type_name, node.plugin, node.plugin_version, {}, {}};
    for (const ParamExpression& param : node.params) record.params.emplace_back(param.name, expression_text(param));
    if (!node.conditions.empty()) record.params.emplace_back(conditions_name(node), conditions_text(node.conditions));
    if (const std::string& where = node.device == "auto" ? device : node.device; where != "auto")
      record.params.emplace_back("run.device", where);
    if (node.isolation) record.params.emplace_back("run.isolate", "true");
    const auto [hash, is_new] = hashes.try_emplace(node.library);
    if (is_new && !node.library.empty()) hash->second = records::plugin_hash(node.library);
    record.plugin_hash = hash->second;
    for (const InputSlot& slot : node.slots) {
      const ValidatedNode& source = graph.nodes[slot.source.node];
      record.inputs.push_back(node.type.inputs[slot.port].name + " <- " + source.id + "." +
                              source.type.outputs[slot.source.port].name);
    }
    nodes.push_back(std::move(record));
  }
  return nodes;
}

std::string graph_hash(const std::vector<NodeRecord>& nodes) {
  return records::text_hash(json::write_line(list_of(nodes, graph_node_value)));
}

}  // namespace flowrun
