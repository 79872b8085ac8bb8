#include "flowrun/host/session.h"

#include <pybind11/stl.h>

#include "cases.h"
#include "flowrun/sdk/error.h"
#include "graphs.h"
#include "packets.h"
#include "waiting.h"

namespace flowrun::python {
namespace {

using Packets = std::map<std::string, Packet>;
using Values = std::map<std::string, ParamValue>;

/// A graph that is open: the types of its nodes live as long as it does.
class OpenGraph {
 public:
  OpenGraph(const SessionRequest& request, const std::vector<std::string>& plugins) : registry_(open_registry(plugins)) {
    session_ = std::make_unique<Session>(request, *registry_, faults_);
  }

  py::list faults() const { return fault_list(faults_); }

  py::list run(const std::vector<std::pair<Packets, Values>>& calls) {
    const std::vector<SessionOutput> outputs =
        wait_for<std::vector<SessionOutput>>([&] { return session_->run_all(inputs_of(calls)); }, [&] { session_->cancel(); });
    py::list list;
    for (const SessionOutput& output : outputs) {
      py::dict packets;
      for (const auto& [name, packet] : output.packets) packets[py::str(name)] = packet ? py::cast(Packet{packet}) : py::none();
      list.append(py::make_tuple(case_dict(output.result), packets));
    }
    return list;
  }

  void cancel() { session_->cancel(); }

 private:
  static std::vector<SessionInput> inputs_of(const std::vector<std::pair<Packets, Values>>& calls) {
    std::vector<SessionInput> inputs;
    for (const auto& [packets, values] : calls) {
      SessionInput& input = inputs.emplace_back();
      for (const auto& [name, packet] : packets) input.packets[name] = packet.payload;
      input.settings = values;
    }
    return inputs;
  }

  std::shared_ptr<Registry> registry_;  // outlives the session
  Diagnostics faults_;
  std::unique_ptr<Session> session_;
};

std::unique_ptr<OpenGraph> open_graph(const std::string& file, const std::vector<std::string>& settings,
                                      const std::vector<std::string>& changing, int threads, int at_once,
                                      const std::string& device, const std::string& out, const std::string& cache,
                                      const std::vector<std::string>& plugins) {
  SessionRequest request;
  request.graph = file;
  request.settings = settings;
  request.changing = changing;
  request.threads = threads;
  request.cases_in_flight = at_once;
  request.device = device;
  request.out = out;
  request.cache = cache;
  return std::make_unique<OpenGraph>(request, plugins);
}

}  // namespace

py::dict case_dict(const CaseResult& result) {
  py::dict dict;
  dict["name"] = result.name;
  dict["status"] = std::string(to_string(result.status));
  py::list errors;
  for (const CaseError& error : result.errors) errors.append(py::make_tuple(error.node, error.type, error.plugin, error.message));
  dict["errors"] = errors;
  dict["warnings"] = result.warnings;
  dict["seconds"] = result.seconds;
  dict["kept"] = result.kept.size();
  py::dict figures;
  for (const Report& report : result.reports) figures[py::str(report.node + "." + report.name)] = report.value;
  dict["figures"] = figures;
  return dict;
}

void define_session(py::module_& module) {
  py::class_<OpenGraph>(module, "Session")
      .def(py::init(&open_graph), py::arg("file"), py::arg("settings"), py::arg("changing"), py::arg("threads"),
           py::arg("at_once"), py::arg("device"), py::arg("out"), py::arg("cache"), py::arg("plugins"))
      .def("faults", &OpenGraph::faults)
      .def("run", &OpenGraph::run, py::arg("calls"))
      .def("cancel", &OpenGraph::cancel);
}

}  // namespace flowrun::python
