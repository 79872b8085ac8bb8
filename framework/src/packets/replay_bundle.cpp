#include <array>
#include <cmath>
#include <optional>

#include "flowrun/host/file_content.h"
#include "flowrun/host/replay.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "json/own_json.h"

namespace flowrun {
namespace {

using json::Kind;
using json::Value;
namespace fs = std::filesystem;

constexpr std::int64_t kFormat = 1;
constexpr const char* kDescription = "replay.json";
constexpr std::array<const char*, 7> kKinds{"boolean", "integer", "number", "string", "integers", "numbers", "strings"};

// ---- writing

struct ParamWriter {
  Value operator()(bool value) const { return Value(value); }
  Value operator()(std::int64_t value) const { return Value(value); }
  Value operator()(double value) const { return number_value(value); }
  Value operator()(const std::string& value) const { return Value(value); }
  template <class T>
  Value operator()(const std::vector<T>& values) const {
    Value list = Value::array();
    for (const T& value : values) list.push((*this)(value));
    return list;
  }
};

Value input_value(const ReplayInput& input) {
  return Value::object()
      .set("port", input.port)
      .set("payload", input.payload)
      .set("scope", to_string(input.scope))
      .set("file", input.file)
      .set("missing", input.missing);
}

// ---- reading

const Value& member(const Value& object, const std::string& name, Kind kind) {
  const Value* found = object.find(name);
  if (!found || !found->is(kind)) throw Error("it has no '" + name + "' that is " + std::string(to_string(kind)));
  return *found;
}
std::string text(const Value& object, const std::string& name) { return member(object, name, Kind::string).text(); }

ParamValue param_of(const Value& object) {
  const std::string kind = text(object, "kind");
  const Value* value = object.find("value");
  if (!value) throw Error("a parameter has no 'value'");
  if (kind == "boolean") return value->boolean();
  if (kind == "integer") return value->integer();
  if (kind == "number") return number_of(*value);
  if (kind == "string") return value->text();
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
  std::vector<std::string> texts;
  for (const Value& item : value->items()) {
    integers.push_back(item.integer());
    numbers.push_back(number_of(item));
    texts.push_back(item.text());
  }
  if (kind == "integers") return integers;
  if (kind == "numbers") return numbers;
  if (kind == "strings") return texts;
  throw Error("a parameter is of the unknown kind '" + kind + "'");
}

Scope scope_of(const std::string& word) {
  for (const Scope scope : {Scope::run, Scope::per_case, Scope::chunk})
    if (word == to_string(scope)) return scope;
  throw Error("'" + word + "' is no scope");
}

/// A name within the bundle's folder.
std::string file_name(const std::string& name) {
  if (name.find('/') != std::string::npos || name == "..") throw Error("the packet '" + name + "' does not lie in its folder");
  return name;
}

ReplayBundle from_tree(const Value& tree) {
  if (const std::int64_t format = member(tree, "format", Kind::integer).integer(); format != kFormat)
    throw Error("its format is " + std::to_string(format) + ", this flowrun reads " + std::to_string(kFormat));
  ReplayBundle bundle;
  bundle.case_name = text(tree, "case");
  bundle.chunk = member(tree, "chunk", Kind::integer).integer();
  bundle.step = text(tree, "step");
  bundle.node = text(tree, "node");
  bundle.type = text(tree, "type");
  bundle.plugin = text(tree, "plugin");
  bundle.plugin_version = text(tree, "plugin_version");
  bundle.device = text(tree, "device");
  bundle.scope = scope_of(text(tree, "scope"));
  bundle.error = {bundle.node, bundle.type, bundle.plugin, text(tree, "error")};
  bundle.command = text(tree, "command");
  for (const Value& param : member(tree, "params", Kind::array).items())
    bundle.params.emplace_back(text(param, "name"), param_of(param));
  for (const Value& input : member(tree, "inputs", Kind::array).items())
    bundle.inputs.push_back({text(input, "port"), text(input, "payload"), scope_of(text(input, "scope")),
                             file_name(text(input, "file")), text(input, "missing")});
  return bundle;
}

// ---- what a failed firing had

/// In single quotes for a shell, where needed.
std::string word(const std::string& text) {
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,") == std::string::npos &&
      !text.empty())
    return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string plain_text(const ParamValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : to_string(value);
}

std::string command_for(const ValidatedGraph& graph, const Case& one, const fs::path& out) {
  std::string text = "flowrun run " + word(graph.file.string()) + " --case-name " + word(one.name);
  for (const auto& [name, value] : one.inputs) text += " --in " + word(name + "=" + plain_text(value));
  for (const auto& [name, value] : graph.settings) text += " --set " + word(name + "=" + value);
  return text + " --out " + word(out.string());
}

ReplayInput describe(const ValidatedNode& node, const InputSlot& slot, const PayloadPtr& payload, const FailedFiring& failed,
                     const FindCodec& codecs) {
  const InputPort& port = node.type.inputs[slot.port];
  ReplayInput input{port.name, port.payload, slot.scope, "", ""};
  const bool accepts = port.collects && failed.step == "accept";
  if (payload && !codecs(payload->type()))
    input.missing = "the plugin of the payload type '" + std::string(payload->type()) + "' has no codec for it";
  else if (!payload && port.collects && !accepts && failed.step != "begin")
    input.missing = "the items that it had collected are not kept";
  return input;
}

}  // namespace

/// A parameter that another node had found is a plain value in the bundle. Of conditions nothing is kept: they held.
static void add_number(const ValidatedNode& node, std::size_t port, const PayloadPtr& payload, ReplayBundle& bundle) {
  const Number* number = payload_cast<Number>(payload.get());
  for (const ParamExpression& param : node.params) {
    if (!number || param.number_port != port) continue;
    const bool whole =
        param.spec.type == ParamType::integer && number->value == std::floor(number->value) && std::abs(number->value) < 1e15;
    bundle.params.emplace_back(param.name,
                               whole ? ParamValue(static_cast<std::int64_t>(number->value)) : ParamValue(number->value));
  }
}

void write_replay_bundle(const fs::path& folder, const ReplayBundle& bundle) {
  Value params = Value::array(), inputs = Value::array();
  for (const auto& [name, value] : bundle.params)
    params.push(
        Value::object().set("name", name).set("kind", kKinds[value.index()]).set("value", std::visit(ParamWriter{}, value)));
  for (const ReplayInput& input : bundle.inputs) inputs.push(input_value(input));
  const Value tree = Value::object()
                         .set("format", kFormat)
                         .set("case", bundle.case_name)
                         .set("chunk", bundle.chunk)
                         .set("step", bundle.step)
                         .set("node", bundle.node)
                         .set("type", bundle.type)
                         .set("plugin", bundle.plugin)
                         .set("plugin_version", bundle.plugin_version)
                         .set("device", bundle.device)
                         .set("scope", to_string(bundle.scope))
                         .set("error", bundle.error.message)
                         .set("command", bundle.command)
                         .set("params", std::move(params))
                         .set("inputs", std::move(inputs));
  write_atomically(folder / kDescription, json::write(tree));
}

ReplayBundle read_replay_bundle(const fs::path& folder) {
  const fs::path file = folder / kDescription;
  try {
    return from_tree(parse_own(read_plain_file(file, json::kLargestText + 1), file.string()));
  } catch (const Error& reason) {
    throw Error("'" + file.string() + "' does not describe a failed firing: " + reason.what());
  }
}

KeptFiring keep_firing(const ValidatedGraph& graph, const Case& one, const fs::path& out, const FailedFiring& failed,
                       const FindCodec& codecs) {
  const ValidatedNode& node = graph.nodes[failed.node];
  KeptFiring kept;
  kept.bundle = {one.name,
                 failed.chunk,
                 std::string(failed.step),
                 node.id,
                 node.type_name,
                 node.plugin,
                 node.plugin_version,
                 node.device,
                 node.scope,
                 failed.error,
                 command_for(graph, one, out),
                 {},
                 {}};
  const Params params = resolve_params(node, &one, out);
  for (const auto& [name, value] : params.all()) kept.bundle.params.emplace_back(name, value);
  for (auto& [name, value] : kept.bundle.params)
    for (const ParamSpec& spec : node.type.params)
      if (spec.name == name && spec.type == ParamType::path && !std::get<std::string>(value).empty())
        value = fs::absolute(std::get<std::string>(value)).string();
  for (std::size_t i = 0; i < node.slots.size(); ++i) {
    PayloadPtr payload = i < failed.inputs.size() ? failed.inputs[i] : nullptr;
    if (failed.item && failed.item_slot == i) payload = *failed.item;
    if (is_hidden(node.type.inputs[node.slots[i].port])) {
      add_number(node, node.slots[i].port, payload, kept.bundle);
      continue;
    }
    kept.bundle.inputs.push_back(describe(node, node.slots[i], payload, failed, codecs));
    if (payload && kept.bundle.inputs.back().missing.empty()) kept.bytes += static_cast<std::int64_t>(payload->bytes());
    kept.payloads.push_back(std::move(payload));
  }
  return kept;
}

void write_kept_firing(const fs::path& folder, KeptFiring kept, const FindCodec& codecs) {
  for (std::size_t i = 0; i < kept.payloads.size(); ++i) {
    ReplayInput& input = kept.bundle.inputs[i];
    if (!kept.payloads[i] || !input.missing.empty()) continue;
    input.file = std::to_string(i) + "-" + input.port + ".packet";
    try {
      write_packet(folder / input.file, *kept.payloads[i], codecs);
    } catch (const UnwritablePayload& fault) {
      input.missing = fault.what();
      input.file.clear();
    }
  }
  write_replay_bundle(folder, kept.bundle);
}

}  // namespace flowrun
