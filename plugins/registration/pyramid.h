#pragma once

#include "flowrun/sdk/payloads.h"
#include "work.h"

namespace flowrun::registration {

/// An image at a coarser resolution: smoothed by Gaussians along its axes and thinned to every k-th voxel.
///
/// `sigma`: mm; what the image looks like afterwards in all directions, since a voxel of width w counts as a blur of w / sqrt(12)
/// already: an image of thick slices and one of small voxels become alike. `step`: mm; each axis keeps every k-th voxel with the
/// largest k for which k voxels are not longer than `step`. Values at the border are repeated outwards. No copy of `source` or
/// facts.
Volume coarser(const Volume& image, double sigma, double step, const Work& work);

}  // namespace flowrun::registration
