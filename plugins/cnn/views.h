// Several patches around one voxel, for networks that have a branch for each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/network/model_description.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::cnn {

using Views = std::vector<const PatchBatch*>;

/// The sizes of the patches that a network takes around a voxel: its views, or its one patch.
std::vector<network::Size3> patch_sizes(const network::ModelDescription& description);

/// The patches around voxels of the volumes' grid, a chunk for each size; 0 outside of the volumes.
std::vector<PatchBatch> cut_views(const std::vector<network::Size3>& sizes, const std::vector<const Volume*>& volumes,
                                  const Geometry& geometry, std::span<const std::int64_t> voxels);

/// Throws Error, naming the model's file, where a network gets other views than its description says: another number of them
/// (one where it says none), other sizes, other channels; and where two chunks lie around different voxels.
void check_views(const network::ModelDescription& description, const std::string& model, const Views& views);

/// Whether a chunk is the rows that a network with these views takes.
bool are_rows(const network::ModelDescription& description, const PatchBatch& rows);

/// The patches of each voxel behind each other, as one row of values: N x 1 x 1 x 1 x values. Each chunk has the values that it
/// says.
PatchBatch rows_of(const Views& views);

}  // namespace flowrun::cnn
