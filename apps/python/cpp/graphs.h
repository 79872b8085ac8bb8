// Node types, and graphs that are read and checked.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/registry.h"

namespace flowrun::python {

namespace py = pybind11;

/// The plugins of these folders and files, and of the usual places.
std::shared_ptr<Registry> open_registry(const std::vector<std::string>& plugins);

/// (severity, file, line, column, message) of each.
py::list fault_list(const Diagnostics& faults);

void define_graphs(py::module_& module);

}  // namespace flowrun::python
