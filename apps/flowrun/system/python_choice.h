// Which Python runs nodes in Python: --python, for this process and those that it starts.
#pragma once

#include <string>

namespace flowrun {

/// Why this cannot be the Python; empty: it can. A name without a '/' is looked for in PATH when it is needed.
std::string fault_of_python(const std::string& program);

/// As if FLOWRUN_PYTHON had been set. Before any thread is started.
void choose_python(const std::string& program);

}  // namespace flowrun
