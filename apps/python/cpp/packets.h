// Packets of flowrun as Python sees them.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "flowrun/sdk/payload.h"

namespace flowrun::python {

namespace py = pybind11;

/// A packet that Python keeps: immutable, shared with the engine.
struct Packet {
  PayloadPtr payload;
};

/// The class Packet, and the functions that make packets.
void define_packets(py::module_& module);

}  // namespace flowrun::python
