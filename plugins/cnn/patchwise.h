#pragma once

#include <functional>
#include <span>
#include <vector>

#include "patch_runner.h"
#include "sliding_network.h"

namespace flowrun::cnn {

/// What a network gives for the patches around voxels of the volumes' grid, its views included; 0 lies outside of the volumes.
/// Errors as PatchRunner::run.
Scores scores_of_patches(const PatchRunner& runner, const std::vector<const Volume*>& volumes, const Geometry& geometry,
                         std::span<const std::int64_t> voxels, const std::function<bool()>& cancelled);

/// Whether a sliding network gives what the model itself gives, on an image that is the same each time: a description is text
/// that anyone may have written.
bool agrees(const SlidingNetwork& sliding, const PatchRunner& runner);

}  // namespace flowrun::cnn
