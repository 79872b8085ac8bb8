#include "graphs.h"

#include <pybind11/stl.h>

#include "flowrun/host/graph_check.h"
#include "flowrun/host/graph_form.h"
#include "flowrun/host/session.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"

namespace flowrun::python {
namespace {

py::dict value_dict(const ValueSpec& value) {
  py::dict dict;
  dict["name"] = value.spec.name;
  dict["type"] = std::string(to_string(value.spec.type));
  dict["help"] = value.spec.help;
  dict["unit"] = value.spec.unit;
  dict["required"] = !value.may_be_missing();
  dict["default"] = value.spec.default_value ? py::cast(*value.spec.default_value) : py::none();
  return dict;
}

py::dict port_dict(const PortSpec& port) {
  py::dict dict;
  dict["name"] = port.name;
  dict["payload"] = port.payload;
  dict["help"] = port.help;
  dict["required"] = port.required;
  dict["variadic"] = port.variadic;
  return dict;
}

template <class Part, class Function>
py::list listed(const std::vector<Part>& parts, Function&& one) {
  py::list list;
  for (const Part& part : parts) list.append(one(part));
  return list;
}

py::dict graph_dict(const GraphSpec& spec) {
  py::dict dict;
  dict["name"] = spec.name;
  dict["summary"] = spec.summary;
  dict["parameters"] = listed(spec.parameters, value_dict);
  dict["inputs"] = listed(spec.value_inputs, value_dict);
  dict["packets"] = listed(spec.port_inputs, port_dict);
  dict["outputs"] = listed(spec.outputs, [](const OutputSpec& output) { return output.name; });
  dict["nodes"] = listed(spec.nodes, [](const NodeSpec& node) { return py::make_tuple(node.id, node.type); });
  return dict;
}

/// A graph that takes packets is checked as a session would run it.
void check_packets(const std::string& file, const std::vector<std::string>& settings, Registry& registry, Diagnostics& faults) {
  SessionRequest request;
  request.graph = file;
  request.settings = settings;
  const Session session(request, registry, faults);
}

/// What a graph is (None: it cannot be read) and what is wrong with it.
py::tuple check(const std::string& file, const std::vector<std::string>& settings, const std::vector<std::string>& plugins) {
  const std::shared_ptr<Registry> registry = open_registry(plugins);
  Diagnostics faults;
  std::shared_ptr<const GraphSpec> spec = load_graph(file, faults);
  if (spec && !faults.has_errors()) {
    Diagnostics all;
    if (spec->port_inputs.empty()) check_graph(file, settings, *registry, all);
    else check_packets(file, settings, *registry, all);
    faults = all;
  }
  faults.sort();
  return py::make_tuple(spec ? py::object(graph_dict(*spec)) : py::none(), fault_list(faults));
}

py::list node_types(const std::vector<std::string>& plugins) {
  const std::shared_ptr<Registry> registry = open_registry(plugins);
  py::list list;
  for (const RegisteredType* known : registry->types())
    list.append(py::make_tuple(description_text({known->type}), known->plugin, known->plugin_version, known->library.string()));
  return list;
}

py::list plugin_list(const std::vector<std::string>& plugins) {
  const std::shared_ptr<Registry> registry = open_registry(plugins);
  py::list list;
  for (const PluginInfo& plugin : registry->plugins())
    list.append(py::make_tuple(plugin.name, plugin.version, plugin.file.string(), plugin.node_types, plugin.failure));
  return list;
}

std::string canonical(const std::string& file) {
  Diagnostics faults;
  const std::optional<RewrittenText> text = format_graph(file, faults);
  if (!text) throw Error(to_string(faults.all().front()));
  return text->after;
}

}  // namespace

std::shared_ptr<Registry> open_registry(const std::vector<std::string>& plugins) {
  const py::gil_scoped_release released;
  return std::make_shared<Registry>(find_plugins(plugins).registry);
}

py::list fault_list(const Diagnostics& faults) {
  py::list list;
  for (const Diagnostic& fault : faults.all())
    list.append(py::make_tuple(fault.severity == Severity::error ? "error" : "warning", fault.place.file, fault.place.line,
                               fault.place.column, fault.message));
  return list;
}

void define_graphs(py::module_& module) {
  module.def("check", check, py::arg("file"), py::arg("settings"), py::arg("plugins"));
  module.def("node_types", node_types, py::arg("plugins"));
  module.def("plugins", plugin_list, py::arg("plugins"));
  module.def("canonical", canonical, py::arg("file"), "The text of a graph file in its canonical form.");
}

}  // namespace flowrun::python
