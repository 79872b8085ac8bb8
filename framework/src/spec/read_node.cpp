// Nodes, their edges, and the graph's outputs.
#include <algorithm>
#include <cctype>

#include "spec/read_parts.h"

namespace flowrun::spec {
namespace {

/// "cpu", "auto", "cuda" or "cuda:<number>".
bool is_device(const std::string& word) {
  if (word == "auto" || word == "cpu" || word == "cuda") return true;
  if (word.rfind("cuda:", 0) != 0 || word.size() == 5 || word.size() > 8) return false;
  return std::all_of(word.begin() + 5, word.end(), [](unsigned char c) { return std::isdigit(c); });
}

RunSpec read_run(Source& source, const json::Value& value, const std::string& what) {
  ObjectReader reader(source, value, what + ", run");
  RunSpec run{.place = source.place(value)};
  run.concurrency = reader.count("concurrency", 1);
  run.chunks_in_flight = reader.count("chunks_in_flight", 1);
  run.device = reader.text("device");
  run.on_error = reader.text("on_error");
  run.isolate = reader.flag("isolate");
  run.timeout = reader.count("timeout", 1);
  run.memory = reader.count("memory", 64);
  run.cache = reader.text("cache");
  if (run.device && !is_device(*run.device)) {
    reader.error(source.place(*value.find("device")),
                 "'device' takes auto, cpu, cuda or cuda:<number>, found '" + *run.device + "'");
    run.device.reset();
  }
  const auto one_of = [&](const std::string& key, std::optional<std::string>& word, const std::vector<std::string>& words,
                          const std::string& listed) {
    if (!word || std::find(words.begin(), words.end(), *word) != words.end()) return;
    reader.error(source.place(*value.find(key)),
                 "'" + key + "' takes " + listed + ", found '" + *word + "'" + did_you_mean(*word, words));
    word.reset();
  };
  one_of("on_error", run.on_error, {"stop_case", "continue"}, "stop_case or continue");
  one_of("cache", run.cache, {"auto", "always", "never"}, "auto, always or never");
  reader.finish();
  return run;
}

InputSpec read_edges(Source& source, const json::Member& member, const std::string& node) {
  InputSpec input{.port = member.name, .place = source.place(member), .is_list = member.value.is(json::Kind::array)};
  const std::string what = node + ", input '" + member.name + "'";
  const auto add = [&](const json::Value& value) {
    if (auto endpoint = read_endpoint(source, value, what)) input.sources.push_back(std::move(*endpoint));
  };
  if (!input.is_list) add(member.value);
  for (const json::Value& item : member.value.items()) add(item);
  return input;
}

}  // namespace

Literal read_literal(const Source& source, const json::Value& value) {
  Literal literal{.place = source.place(value)};
  switch (value.kind()) {
    case json::Kind::boolean:
      literal.value = value.boolean();
      break;
    case json::Kind::integer:
      literal.value = value.integer();
      break;
    case json::Kind::number:
      literal.value = value.number();
      break;
    case json::Kind::string:
      literal.value = value.text();
      break;
    case json::Kind::array: {
      Literal::List list;
      for (const json::Value& item : value.items()) list.push_back(read_literal(source, item));
      literal.value = std::move(list);
      break;
    }
    default:
      break;
  }
  return literal;
}

std::optional<EndpointSpec> read_endpoint(Source& source, const json::Value& value, const std::string& what) {
  const std::string& text = value.text();
  const std::size_t dot = text.find('.');
  EndpointSpec endpoint{.place = source.place(value)};
  if (dot != std::string::npos) endpoint.node = text.substr(0, dot);
  endpoint.port = dot == std::string::npos ? text : text.substr(dot + 1);
  const bool node_fits = dot == std::string::npos || is_name(endpoint.node, true);
  if (value.is(json::Kind::string) && node_fits && is_name(endpoint.port, false)) return endpoint;
  source.faults.error(endpoint.place, what + ": expected \"node.port\", found " + found_words(value));
  return std::nullopt;
}

/// Whether a list has an object in it, which is then an error: Numbers of other nodes are whole parameters.
static bool refuses_objects(Source& source, const json::Member& param, const std::string& what) {
  if (!param.value.is(json::Kind::array)) return false;
  const auto& items = param.value.items();
  const auto found = std::find_if(items.begin(), items.end(), [](const json::Value& item) { return item.is(json::Kind::object); });
  if (found == items.end()) return false;
  source.faults.error(source.place(*found), what + ", parameter '" + param.name +
                                                "': a list takes plain values; {\"number\": \"node.port\"} can only be the whole "
                                                "parameter");
  return true;
}

void read_node(Source& source, const json::Member& member, GraphSpec& graph) {
  const std::string what = "node '" + member.name + "'";
  ObjectReader reader(source, member.value, what);
  if (!is_name(member.name, true))
    reader.error(source.place(member), "a node's name contains letters, digits, '_' and '-' only, and starts with a letter or '_'");
  if (!member.value.is(json::Kind::object)) return;
  NodeSpec node{.id = member.name, .place = source.place(member), .type_place = source.place(member)};
  const json::Value* type = reader.find("type");
  if (!type) reader.error(node.place, "'type' is missing; expected the name of a node type, or \"graph:<file>\"");
  node.type = reader.text("type").value_or("");
  if (type) node.type_place = source.place(*type);
  for (const json::Member& param : reader.members("params")) {
    if (refuses_objects(source, param, what)) continue;
    if (!param.value.is(json::Kind::object))
      node.params.push_back({param.name, source.place(param), read_literal(source, param.value)});
    else if (auto number = read_number(source, param, what)) node.numbers.push_back(std::move(*number));
  }
  for (const json::Member& input : reader.members("inputs")) node.inputs.push_back(read_edges(source, input, what));
  for (const json::Member& output : reader.members("bids"))
    if (auto name = read_bids(source, output.value, what + ", bids, '" + output.name + "'", BidsUse::written))
      node.bids.push_back({output.name, source.place(output), std::move(*name)});
  if (const json::Value* when = reader.find("when")) read_conditions(source, *when, what, node.when);
  if (const json::Value* run = reader.find("run")) node.run = read_run(source, *run, what);
  reader.finish();
  graph.nodes.push_back(std::move(node));
}

void read_output(Source& source, const json::Member& member, GraphSpec& graph) {
  const std::string what = "graph output '" + member.name + "'";
  const json::Value* from = &member.value;
  if (member.value.is(json::Kind::object)) {
    ObjectReader reader(source, member.value, what);
    from = reader.find("from");
    reader.text("help");
    reader.finish();
    if (!from) return reader.error(source.place(member), "'from' is missing; expected \"node.port\"");
  }
  if (!is_name(member.name, false)) {
    source.faults.error(source.place(member), what + ": a name contains letters, digits and '_' only, and starts with no digit");
    return;
  }
  if (auto endpoint = read_endpoint(source, *from, what))
    graph.outputs.push_back({member.name, source.place(member), std::move(*endpoint)});
}

}  // namespace flowrun::spec
