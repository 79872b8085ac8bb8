#pragma once

#include "json/written.h"

namespace flowrun::spec {

/// Puts the keys of a graph (or of a plan of crossval) in their usual order and chooses how its parts are broken into lines.
/// Names that are the writer's own (nodes, parameters, inputs, outputs) stay in their order; a key x-* stays behind the key that
/// it follows. Another JSON text is left as it is.
void arrange(json::Written& root);

}  // namespace flowrun::spec
