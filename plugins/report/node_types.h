// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::report {

/// report.lesions: a row for each lesion of a labelled image.
NodeType lesions_type();
/// report.write_table: a table as a CSV or JSON file.
NodeType write_table_type();
/// report.write_number: a number as a text file.
NodeType write_number_type();

}  // namespace flowrun::report
