// The extension module flowrun._flowrun: host/session.h and host/cohort.h for the package's Python sources, which are what people
// use. It checks nothing that they check.
#include <pybind11/pybind11.h>

#include "cases.h"
#include "flowrun/sdk/error.h"
#include "graphs.h"
#include "packets.h"

PYBIND11_MODULE(_flowrun, module) {
  namespace py = pybind11;
  static const py::object* const kError = new py::object(py::module_::import("flowrun.errors").attr("FlowrunError"));
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const flowrun::Error& error) {
      PyErr_SetString(kError->ptr(), error.what());
    }
  });
  flowrun::python::define_packets(module);
  flowrun::python::define_graphs(module);
  flowrun::python::define_session(module);
  flowrun::python::define_cohort(module);
  module.attr("version") = FLOWRUN_VERSION;
}
