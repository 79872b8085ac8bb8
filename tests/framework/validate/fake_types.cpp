#include "fake_types.h"

#include "flowrun/host/graph_spec.h"
#include "flowrun/sdk/error.h"

namespace flowrun::testing {
namespace {

const char* const kVolume = "flowrun.volume/1";
const char* const kMask = "flowrun.mask/1";
const char* const kVoxels = "flowrun.voxel_list/1";
const char* const kPatches = "flowrun.patch_batch/1";
const char* const kScores = "flowrun.scores/1";

NodeType scale() {
  NodeType type{.name = "t.scale", .inputs = {{"volume", kVolume}, {"mask", kMask, "", false}}, .outputs = {{"volume", kVolume}}};
  type.params = {
      {.name = "factor", .type = ParamType::number, .default_value = 1.0, .min = 0, .max = 10, .unit = "sd"},
      {.name = "mode", .type = ParamType::choice, .default_value = std::string("linear"), .choices = {"linear", "square"}},
      {.name = "size", .type = ParamType::integers, .default_value = std::vector<std::int64_t>{1, 1, 1}, .min = 1, .length = 3},
      {.name = "steps", .type = ParamType::integer, .default_value = std::int64_t{1}, .min = 1},
      {.name = "label", .type = ParamType::string, .default_value = std::string(), .per_case = true},
      {.name = "seed", .type = ParamType::integer, .default_value = std::int64_t{1}, .per_case = true},
      {.name = "exact", .type = ParamType::boolean, .default_value = true}};
  return type;
}

NodeType reads_file() {
  NodeType type{.name = "t.read", .outputs = {{"volume", kVolume}}};
  type.params = {{.name = "path", .type = ParamType::path, .help = "file to read", .per_case = true}};
  return type;
}

NodeType writes_file() {
  NodeType type{.name = "t.write", .inputs = {{.name = "volume", .payload = kVolume, .scope = Scope::per_case}}};
  type.params = {{.name = "path", .type = ParamType::path, .role = PathRole::output, .per_case = true}};
  return type;
}

NodeType collects_cases() {
  NodeType type{.name = "t.table",
                .inputs = {{.name = "rows", .payload = kVolume, .scope = Scope::per_case, .collects = true}},
                .outputs = {{"table", "flowrun.table/1"}}};
  type.params = {
      {.name = "path", .type = ParamType::path, .default_value = std::string(), .role = PathRole::output, .per_case = true}};
  return type;
}

NodeType network() {
  NodeType type{
      .name = "t.net", .inputs = {{"patches", kPatches}}, .outputs = {{"scores", kScores}}, .concurrent = true, .cuda = true};
  type.params = {{.name = "model", .type = ParamType::path, .default_value = std::string()}};
  return type;
}

Registry make_types() {
  Registry registry;
  registry.add_type(reads_file(), "t");
  registry.add_type(scale(), "t");
  registry.add_type({.name = "t.pick", .inputs = {{"volume", kVolume}}, .outputs = {{"voxels", kVoxels}}}, "t");
  registry.add_type(
      {.name = "t.cut",
       .inputs = {{.name = "volumes", .payload = kVolume, .variadic = true, .scope = Scope::per_case}, {.name = "voxels", .payload = kVoxels, .scope = Scope::per_case}},
       .outputs = {{"patches", kPatches, "", true}}},
      "t");
  registry.add_type(network(), "t");
  registry.add_type({.name = "t.recut", .inputs = {{"patches", kPatches}}, .outputs = {{"patches", kPatches, "", true}}}, "t");
  registry.add_type({.name = "t.chunk_voxels", .inputs = {{"patches", kPatches}}, .outputs = {{"voxels", kVoxels}}}, "t");
  registry.add_type({.name = "t.chunk_volume", .inputs = {{"patches", kPatches}}, .outputs = {{"volume", kVolume}}}, "t");
  registry.add_type({.name = "t.case_scores", .inputs = {{"volume", kVolume}}, .outputs = {{"scores", kScores}}}, "t");
  registry.add_type({.name = "t.use_table", .inputs = {{"volume", kVolume}, {"table", "flowrun.table/1"}}}, "t");
  registry.add_type({.name = "t.pair", .inputs = {{"a", kScores}, {"b", kScores}}, .outputs = {{"scores", kScores}}}, "t");
  registry.add_type({.name = "t.gather",
                     .inputs = {{.name = "scores", .payload = kScores, .scope = Scope::chunk, .collects = true},
                                {.name = "voxels", .payload = kVoxels, .scope = Scope::per_case}},
                     .outputs = {{"map", kVolume}}},
                    "t");
  registry.add_type({.name = "t.sum", .inputs = {{"volumes", kVolume, "", true, true}}, .outputs = {{"volume", kVolume}}}, "t");
  registry.add_type(writes_file(), "t");
  registry.add_type(collects_cases(), "t");
  return registry;
}

}  // namespace

const Registry& fake_types() {
  static const Registry kTypes = make_types();
  return kTypes;
}

std::string lines(const Diagnostics& faults) {
  std::string text;
  for (const Diagnostic& fault : faults.all()) text += (text.empty() ? "" : "\n") + to_string(fault);
  return text;
}

std::string faults_of(const std::string& text, const Settings& settings, const std::string& file) {
  Diagnostics faults;
  const auto spec = parse_graph(text, file, faults);
  if (spec) validate(*spec, fake_types(), settings, faults);
  return lines(faults);
}

std::shared_ptr<const ValidatedGraph> valid(const std::string& text, const Settings& settings, const std::string& file) {
  Diagnostics faults;
  const auto spec = parse_graph(text, file, faults);
  const auto graph = spec ? validate(*spec, fake_types(), settings, faults) : nullptr;
  if (!graph) throw Error(lines(faults));
  return graph;
}

const ValidatedNode& node(const ValidatedGraph& graph, const std::string& id) {
  for (const ValidatedNode& one : graph.nodes)
    if (one.id == id) return one;
  throw Error("the graph has no node " + id);
}

const ParamExpression& param(const ValidatedGraph& graph, const std::string& id, const std::string& name) {
  for (const ParamExpression& one : node(graph, id).params)
    if (one.name == name) return one;
  throw Error("node " + id + " has no parameter " + name);
}

}  // namespace flowrun::testing
