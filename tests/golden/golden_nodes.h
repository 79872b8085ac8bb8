// Comparing maps with golden rows, as nodes of a graph and as functions.
#pragma once

#include <string>
#include <vector>

#include "flowrun/host/runtime.h"
#include "flowrun/sdk/payloads.h"
#include "golden_files.h"

namespace golden {

flowrun::Volume read_volume(const fs::path& file);
flowrun::Mask read_mask(const fs::path& file);
double dice(const flowrun::Mask& a, const flowrun::Mask& b);

/// The largest difference over all rows, of both networks; infinite where a map is NaN.
double largest_difference(const std::vector<Row>& rows, const flowrun::Volume& initial, const flowrun::Volume& final);

/// The plugins of the build, and golden.voxels (volume -> voxels of the rows in parameter 'path') and golden.compare (initial,
/// final; reports 'difference' and 'rows').
flowrun::Registry registry_with_golden_nodes();

/// Checks that a case is done, that golden.compare saw at least so many rows, and that no probability differs by more.
void check_case(const flowrun::CaseResult& result, double least_rows, double tolerance);

}  // namespace golden
