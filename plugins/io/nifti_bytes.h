#pragma once

#include <vector>

#include "flowrun/sdk/geometry.h"

namespace flowrun::io {

/// How far the float32 numbers of a NIfTI-1 header put a corner of the image from its place, in mm, at most: below 1e-4
/// within a metre of the origin, further away what 24 bits of the coordinate leave.
double nifti_shift(const Geometry& geometry);

/// The 352 bytes before the voxels of a NIfTI-1 file in this machine's byte order, units mm. The sform is the grid's
/// affine in float32, the qform the same place; both codes are 1 (scanner). Where the quaternion's float32 numbers, or
/// axes that are not quite at right angles, would put a corner of the image more than a hundredth of a voxel elsewhere,
/// the code of the qform is 0. `datatype`: the NIfTI code; `bits`: of a voxel. Sizes are at most 32767.
std::vector<char> nifti_header_bytes(const Geometry& geometry, int datatype, int bits);

}  // namespace flowrun::io
