// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::evaluate {

/// evaluate.overlap: how well a mask agrees with a reference, over voxels, volumes and surfaces.
NodeType overlap_type();
/// evaluate.lesions: how many lesions of a reference a mask finds, by the rules of the MSSEG challenge.
NodeType lesions_type();
/// evaluate.join: the measures of one case from several nodes, in one row.
NodeType join_type();
/// evaluate.summary: the rows of all cases with their mean, standard deviation and median, as CSV and JSON.
NodeType summary_type();
/// evaluate.labels: agreement of a label image with a reference, label by label.
NodeType labels_type();

}  // namespace flowrun::evaluate
