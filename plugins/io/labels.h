#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::io {

/// io.read_labels, io.write_labels: label images, exactly.
NodeType read_labels_type();
NodeType write_labels_type();

}  // namespace flowrun::io
