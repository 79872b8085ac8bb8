#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::report {

/// report.write_table: a table as a CSV or JSON file.
NodeType write_table_type();

}  // namespace flowrun::report
