#pragma once

#include <string>

#include "flowrun/host/graph_form.h"

namespace flowrun {

/// Throws Error where `output` is a file that is no graph: only a graph is replaced by a graph.
void spare_other_files(const std::string& output);

/// Writes the new text into the graph's own file, into `output`, or on the standard output.
void put_graph(const std::string& file, const RewrittenText& text, const std::string& output, bool in_place);

}  // namespace flowrun
