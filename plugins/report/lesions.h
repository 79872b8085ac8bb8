#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::report {

/// report.lesions: a row for each lesion of a labelled image.
NodeType lesions_type();

}  // namespace flowrun::report
