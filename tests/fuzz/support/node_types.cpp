#include "support/node_types.h"

namespace flowrun::fuzz {
namespace {

const std::string kVolume = "flowrun.volume/1", kPatches = "flowrun.patches/1", kTable = "flowrun.table/1";

NodeType type_of(const std::string& name, std::vector<InputPort> inputs, std::vector<OutputPort> outputs,
                 std::vector<ParamSpec> params = {}) {
  NodeType type;
  type.name = "t." + name;
  type.summary = "For fuzzing";
  type.inputs = std::move(inputs);
  type.outputs = std::move(outputs);
  type.params = std::move(params);
  return type;
}

std::vector<ParamSpec> every_param() {
  const auto number = ParamValue(0.5);
  return {
      {.name = "flag", .type = ParamType::boolean, .default_value = true, .help = "h"},
      {.name = "integer", .type = ParamType::integer, .default_value = std::int64_t{3}, .help = "h", .min = 1, .max = 100},
      {.name = "number", .type = ParamType::number, .default_value = number, .help = "h", .min = -1e9, .unit = "mm"},
      {.name = "text", .type = ParamType::string, .default_value = std::string("a"), .help = "h", .per_case = true},
      {.name = "file", .type = ParamType::path, .default_value = std::string(), .help = "h"},
      {.name = "choice", .type = ParamType::choice, .default_value = std::string("one"), .help = "h", .choices = {"one", "two"}},
      {.name = "integers",
       .type = ParamType::integers,
       .default_value = std::vector<std::int64_t>{1, 2, 3},
       .help = "h",
       .length = 3},
      {.name = "numbers", .type = ParamType::numbers, .default_value = std::vector<double>{1.5}, .help = "h"},
      {.name = "strings", .type = ParamType::strings, .default_value = std::vector<std::string>{"a"}, .help = "h"}};
}

ParamSpec path_param(const std::string& name, PathRole role) {
  return {.name = name, .type = ParamType::path, .help = "h", .role = role, .per_case = true};
}

}  // namespace

Registry registry_of_all_kinds() {
  const InputPort collected{.name = "patches", .payload = kPatches, .help = "h", .scope = Scope::chunk, .collects = true};
  const InputPort cases{.name = "tables", .payload = kTable, .help = "h", .scope = Scope::per_case, .collects = true};
  Registry registry;
  for (NodeType& type : std::vector<NodeType>{
           type_of("read", {}, {{"volume", kVolume, "h"}}, {path_param("path", PathRole::input)}),
           type_of("every", {{"volume", kVolume, "h"}}, {{"volume", kVolume, "h"}, {"table", kTable, "h"}}, every_param()),
           type_of("join", {{.name = "volumes", .payload = kVolume, .help = "h", .variadic = true}}, {{"volume", kVolume, "h"}}),
           type_of("cut", {{"volume", kVolume, "h"}}, {{"patches", kPatches, "h", true}}),
           type_of("map", {{.name = "patches", .payload = kPatches, .help = "h", .scope = Scope::chunk}},
                   {{"patches", kPatches, "h"}}),
           type_of("gather", {collected, {.name = "volume", .payload = kVolume, .help = "h", .required = false}},
                   {{"volume", kVolume, "h"}}),
           type_of("all", {cases}, {{"table", kTable, "h"}}),
           type_of("write", {{"volume", kVolume, "h"}}, {}, {path_param("path", PathRole::output)})})
    registry.add_type(std::move(type), "t");
  return registry;
}

}  // namespace flowrun::fuzz
