#pragma once

#include "head.h"
#include "mutual_information.h"

namespace flowrun::registration {

/// Points spread over the box of the object and `margin` mm around it, as far as the image goes, with its values there (linear).
///
/// The points lie on a lattice of `distance` mm, each moved within its cell by a fixed pattern of numbers: on the voxels' own
/// places the metric has false extremes wherever the two grids meet (Thevenaz, Bierlaire, Unser, "Halton sampling for image
/// registration based on mutual information", 2008). `mask` (null: none) on the image's grid: only points whose nearest voxel is
/// inside.
Samples spread_samples(const Volume& image, const Head& head, double margin, double distance, const Mask* mask = nullptr);

/// The samples on one side of the box's middle along an axis of the image.
Samples half_of(const Samples& samples, const Volume& image, const Head& head, std::size_t axis, bool upper);

}  // namespace flowrun::registration
