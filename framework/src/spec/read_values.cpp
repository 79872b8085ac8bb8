// Graph parameters and inputs.
#include <algorithm>

#include "flowrun/sdk/payloads.h"
#include "json/param_value.h"
#include "spec/read_parts.h"

namespace flowrun::spec {
namespace {

const char* const kTypeWords = "boolean, integer, number, string, path, enum, integers, numbers or strings";

std::vector<std::string> type_words() {
  return {"boolean", "integer", "number", "string", "path", "enum", "integers", "numbers", "strings"};
}

/// Reports a name that cannot be used, or that stands for something else already.
bool name_is_free(ObjectReader& reader, const Source& source, const json::Member& member, const GraphSpec& graph) {
  const auto same_value = [&](const ValueSpec& value) { return value.spec.name == member.name; };
  if (!is_name(member.name, false)) {
    reader.error(source.place(member), "a name contains letters, digits and '_' only, and starts with no digit");
    return false;
  }
  if (member.name == "case" || member.name == "out") {
    reader.error(source.place(member), "this name is taken: ${" + member.name + "} already stands for " +
                                           (member.name == "case" ? "the case's name" : "the output folder"));
    return false;
  }
  if (std::any_of(graph.parameters.begin(), graph.parameters.end(), same_value)) {
    reader.error(source.place(member),
                 "a parameter of the graph already has this name; ${" + member.name + "} could mean either");
    return false;
  }
  return true;
}

/// Everything of a value's description but its type.
void read_description(ObjectReader& reader, const Source& source, ParamSpec& spec) {
  spec.help = reader.text("help").value_or("");
  spec.unit = reader.text("unit").value_or("");
  spec.min = reader.number("min");
  spec.max = reader.number("max");
  spec.choices = reader.texts("choices");
  spec.length = static_cast<std::size_t>(reader.count("length", 1).value_or(0));
  const json::Value* standard = reader.find("default");
  if (!standard) return;
  spec.default_value = json::to_param_value(*standard);
  if (!spec.default_value)
    reader.error(source.place(*standard),
                 "'default' takes a plain value or a list of values of one kind, found " + found_words(*standard));
}

ValueSpec read_value_spec(Source& source, ObjectReader& reader, const json::Member& member, ParamType type) {
  ValueSpec value{{.name = member.name, .type = type}, source.place(member)};
  read_description(reader, source, value.spec);
  if (type == ParamType::choice && value.spec.choices.empty())
    reader.error(source.place(member), "an enum lists its words as \"choices\": [...]");
  return value;
}

void read_input_bids(Source& source, ObjectReader& reader, ValueSpec& value) {
  const json::Value* bids = reader.find("bids");
  if (!bids) return;
  value.bids = read_bids(source, *bids, reader.what() + ", bids", BidsUse::read);
  if (value.spec.type != ParamType::path)
    reader.error(source.place(*bids), "'bids' finds files, so it is for an input of type path");
}

/// What the image of an input is; a BIDS suffix says it where nothing else does.
void read_contrast(Source& source, ObjectReader& reader, ValueSpec& value) {
  const json::Value* contrast = reader.find("contrast");
  value.contrast = reader.text("contrast").value_or("");
  if (value.bids && value.contrast.empty() && is_contrast(value.bids->suffix)) value.contrast = value.bids->suffix;
  if (contrast && value.spec.type != ParamType::path)
    reader.error(source.place(*contrast), "'contrast' says what an image is, so it is for an input of type path");
}

void read_port(Source& source, ObjectReader& reader, const json::Member& member, const std::string& payload, GraphSpec& graph) {
  PortSpec port{.name = member.name, .payload = payload, .place = source.place(member)};
  port.help = reader.text("help").value_or("");
  port.required = reader.flag("required").value_or(true);
  port.variadic = reader.flag("variadic").value_or(false);
  graph.port_inputs.push_back(std::move(port));
}

}  // namespace

void read_parameter(Source& source, const json::Member& member, GraphSpec& graph) {
  ObjectReader reader(source, member.value, "parameter '" + member.name + "'");
  if (!member.value.is(json::Kind::object)) return;
  const bool usable = name_is_free(reader, source, member, graph);
  const json::Value* word = reader.find("type");
  const auto type = word ? param_type(word->text()) : std::nullopt;
  const SourceLocation place = word ? source.place(*word) : source.place(member);
  auto value = read_value_spec(source, reader, member, type.value_or(ParamType::string));
  reader.finish();
  if (!word) reader.error(place, std::string("'type' is missing; expected ") + kTypeWords);
  else if (!type)
    reader.error(place, std::string("'type' takes ") + kTypeWords + ", found " + found_words(*word) +
                            did_you_mean(word->text(), type_words()));
  else if (usable) graph.parameters.push_back(std::move(value));
}

void read_input(Source& source, const json::Member& member, GraphSpec& graph) {
  ObjectReader reader(source, member.value, "graph input '" + member.name + "'");
  if (!member.value.is(json::Kind::object)) return;
  if (!name_is_free(reader, source, member, graph)) return;
  const json::Value* word = reader.find("type");
  const std::string type = word ? word->text() : "";
  if (const auto known = param_type(type)) {
    auto value = read_value_spec(source, reader, member, *known);
    value.spec.per_case = true;
    value.required = reader.flag("required").value_or(true);
    if (!value.required && value.spec.default_value)
      reader.error(source.place(member),
                   "a 'default' and \"required\": false do not go together: with a default no case lacks it");
    read_input_bids(source, reader, value);
    read_contrast(source, reader, value);
    graph.value_inputs.push_back(std::move(value));
    return reader.finish();
  }
  if (type.find('/') != std::string::npos) {
    read_port(source, reader, member, type, graph);
    return reader.finish();
  }
  const std::string expected = std::string("expected ") + kTypeWords + ", or the name of a payload such as flowrun.volume/1";
  if (!word) reader.error(source.place(member), "'type' is missing; " + expected);
  else reader.error(source.place(*word), expected + "; found " + found_words(*word) + did_you_mean(type, type_words()));
}

}  // namespace flowrun::spec
