// Puts each subgraph in the place of the node that uses it, with its own parameters bound to what that node gives.
#include <algorithm>

#include "validate/draft.h"
#include "validate/expressions.h"

namespace flowrun::checks {
namespace {

constexpr std::size_t kMostNodes = 10000;  // subgraphs within subgraphs can grow without bound

std::string value_words(const Instance& instance, const ValueSpec& value) {
  if (!instance.use) return "parameter '" + value.spec.name + "'";
  const std::string id = instance.prefix.substr(0, instance.prefix.size() - 1);
  return "node '" + id + "', parameter '" + value.spec.name + "'";
}

/// Adds ${case} and ${out}, which every file knows.
void bind_engine_values(Names& names) {
  for (const char* name : {"case", "out"}) {
    Binding binding{.spec = {.name = name, .type = ParamType::string}, .used = true};
    binding.value = Expression{{}, {{"", name}}, {}, {}};
    names[name] = std::move(binding);
  }
}

/// A default must be a value that its own description allows.
std::optional<Expression> default_of(Draft& draft, Instance& instance, const ValueSpec& value) {
  const std::string kind = value.spec.per_case ? "graph input '" : "parameter '";
  Evaluator own(instance.names, instance.graph->file.parent_path(), draft.faults, kind + value.spec.name + "', default");
  return own.evaluate_default(value.spec, value.place);
}

/// ParamExpression::origin of what is made of a parameter of the whole graph.
std::string origin_of(const ParamSpec& spec, bool is_set) {
  if (is_set) return "--set " + spec.name + " names it";
  constexpr std::size_t kMostOfHelp = 300;  // thousands of nodes may have it, and a graph may be written to take memory
  const bool is_short = spec.help.size() <= kMostOfHelp;
  const std::string help = spec.help.empty() ? "" : is_short ? " (" + spec.help + ")" : " (its help says which)";
  return "the default of the graph's parameter '" + spec.name + "' names it" + help + "; name another with --set " + spec.name +
         "=...";
}

void bind_main_parameter(Draft& draft, Instance& main, const ValueSpec& value) {
  Binding binding{.spec = value.spec, .place = value.place};
  const auto setting = draft.graph_settings.find(value.spec.name);
  if (value.spec.default_value) binding.value = default_of(draft, main, value);
  if (setting != draft.graph_settings.end()) {
    setting->second.used = true;
    binding.value = Evaluator(main.names, {}, draft.faults, "setting '" + value.spec.name + "'")
                        .evaluate_text(setting->second.text, value.spec);
  } else if (!value.spec.default_value) {
    draft.faults.error(value.place, value_words(main, value) + ": it has no default, so it needs a value; give it with --set " +
                                        value.spec.name + "=...");
  }
  if (binding.value && !binding.value->constant) {
    draft.faults.error({}, "setting '" + value.spec.name + "': a parameter of the graph cannot use ${" +
                               first_case_value(*binding.value) + "}, which is known only when cases run");
    binding.value.reset();
  }
  if (binding.value) binding.value = with_base(std::move(*binding.value));
  if (binding.value) binding.value->origin = origin_of(value.spec, setting != draft.graph_settings.end());
  main.names[value.spec.name] = std::move(binding);
}

void bind_main_input(Draft& draft, Instance& main, const ValueSpec& value) {
  Binding binding{.spec = value.spec, .place = value.place};
  if (value.spec.default_value) default_of(draft, main, value);
  binding.value = Expression{{}, {{"", value.spec.name}}, {}, {}};
  main.names[value.spec.name] = std::move(binding);
}

/// A subgraph's parameter: set by the person, given by the node that uses it, or its default.
void bind_subgraph_value(Draft& draft, Instance& instance, const ValueSpec& value) {
  Binding binding{.spec = value.spec, .place = value.place};
  const std::string what = value_words(instance, value);
  Instance& parent = draft.instances[instance.parent];
  const std::string id = instance.prefix.substr(0, instance.prefix.size() - 1);
  auto& settings = draft.node_settings[id];
  const auto setting = settings.find(value.spec.name);
  const auto& given = instance.use->params;
  const auto found =
      std::find_if(given.begin(), given.end(), [&](const NamedLiteral& param) { return param.name == value.spec.name; });
  if (setting != settings.end()) {
    setting->second.used = true;
    Names& main = draft.instances.front().names;
    binding.value = Evaluator(main, {}, draft.faults, what).evaluate_text(setting->second.text, value.spec);
  } else if (found != given.end()) {
    Evaluator outer(parent.names, parent.graph->file.parent_path(), draft.faults, what);
    binding.value = outer.evaluate(found->value, value.spec);
  } else if (value.spec.default_value) {
    binding.value = default_of(draft, instance, value);
  } else {
    draft.faults.error(instance.use->place, what + " is missing; the graph '" + instance.graph->file.string() + "' needs it");
  }
  if (binding.value) binding.value = with_base(std::move(*binding.value));
  instance.names[value.spec.name] = std::move(binding);
}

void check_subgraph_params(Draft& draft, const Instance& instance) {
  std::vector<std::string> known;
  for (const auto& values : {instance.graph->parameters, instance.graph->value_inputs})
    for (const ValueSpec& value : values) known.push_back(value.spec.name);
  const std::string id = instance.prefix.substr(0, instance.prefix.size() - 1);
  for (const NumberSpec& number : instance.use->numbers)
    draft.faults.error(number.place, "node '" + id + "', parameter '" + number.param +
                                         "': a graph's parameter is a plain value; to use "
                                         "a number of another node give the graph an input of flowrun.number/1");
  for (const NamedLiteral& param : instance.use->params)
    if (std::find(known.begin(), known.end(), param.name) == known.end())
      draft.faults.error(param.place, "node '" + id + "': " + type_words(*instance.use) + " has no parameter '" + param.name +
                                          "'" + known_names(param.name, known));
}

void bind_names(Draft& draft, Instance& instance) {
  bind_engine_values(instance.names);
  if (instance.use) check_subgraph_params(draft, instance);
  for (const ValueSpec& value : instance.graph->parameters)
    instance.use ? bind_subgraph_value(draft, instance, value) : bind_main_parameter(draft, instance, value);
  for (const ValueSpec& value : instance.graph->value_inputs)
    instance.use ? bind_subgraph_value(draft, instance, value) : bind_main_input(draft, instance, value);
}

void check_subgraph_run(Draft& draft, const Instance& instance, const NodeSpec& node) {
  const RunSpec& run = node.run;
  if (run.device || run.concurrency || run.chunks_in_flight || run.on_error || run.isolate || run.timeout || run.memory ||
      run.cache)
    draft.faults.error(
        run.place, "node '" + instance.prefix + node.id + "', run: a subgraph is not run itself; write 'run' at the nodes in it");
}

/// Adds the nodes of one instance in the file's order, subgraphs where they stand. False when there are too many.
bool add_nodes(Draft& draft, std::size_t index) {
  Instance& instance = draft.instances[index];
  for (const NodeSpec& node : instance.graph->nodes) {
    if (draft.nodes.size() + draft.instances.size() > kMostNodes) return false;
    const std::string id = instance.prefix + node.id;
    if (node.type.rfind("graph:", 0) != 0) {
      instance.nodes[node.id] = draft.nodes.size();
      draft.nodes.push_back({.id = id, .spec = &node, .instance = index});
    } else if (node.subgraph) {
      check_subgraph_run(draft, instance, node);
      const std::size_t inner = draft.instances.size();
      instance.instances[node.id] = inner;
      draft.instances.push_back({.graph = node.subgraph.get(), .prefix = id + "/", .parent = index, .use = &node});
      bind_names(draft, draft.instances.back());
      if (!add_nodes(draft, inner)) return false;
    }
  }
  return true;
}

}  // namespace

bool flatten_subgraphs(Draft& draft) {
  draft.instances.push_back({.graph = &draft.spec});
  for (const PortSpec& port : draft.spec.port_inputs)
    draft.faults.error(port.place, "the graph takes packets at its input '" + port.name +
                                       "', so it can only be used inside another graph, as a node of type \"graph:" +
                                       draft.spec.file.filename().string() + "\"");
  bind_names(draft, draft.instances.front());
  if (add_nodes(draft, 0)) return true;
  draft.faults.error({draft.spec.file.string(), 0, 0}, "with its subgraphs the graph has more than " +
                                                           std::to_string(kMostNodes) + " nodes, which is not accepted");
  return false;
}

}  // namespace flowrun::checks
