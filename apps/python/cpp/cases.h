// What became of cases, of a session's calls and of cohorts.
#pragma once

#include <pybind11/pybind11.h>

#include "flowrun/host/runtime.h"

namespace flowrun::python {

namespace py = pybind11;

py::dict case_dict(const CaseResult& result);

void define_session(py::module_& module);
void define_cohort(py::module_& module);

}  // namespace flowrun::python
