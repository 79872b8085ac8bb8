#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/transform.h"

namespace flowrun::registration {

/// One transform as ITK's files keep it, in text or in HDF5.
struct TransformRecord {
  std::string type;  ///< "AffineTransform_double_3_3"
  std::vector<double> parameters, fixed;
};

/// What a transform file contains.
struct TransformFile {
  std::vector<TransformRecord> records;
  std::string from, to;  ///< flowrun's names of spaces; empty: not said
};

/// The transform of a file's records. Understood are 3D transforms of the types Identity, Translation, Scale, Affine,
/// MatrixOffsetTransformBase, Euler3D, Versor, VersorRigid3D, QuaternionRigid, Similarity3D, DisplacementField, and Composite of
/// these. ITK applies the parts of a composite from last to first, flowrun its steps from first to last.
/// Throws Error, beginning with what is wrong, for all else: other types and dimensions, wrong counts, numbers that are not
/// finite.
/// Throws Error for a matrix (3 x 4, row-major) that maps space onto a plane, a line or a point.
void require_invertible(const std::array<double, 12>& matrix);

Transform transform_of(const TransformFile& file);

/// The records of a transform: one affine, one displacement field, or a composite. Throws Error for a displacement step that is
/// to be inverted, which ITK's files cannot say.
TransformFile records_of(const Transform& transform);

}  // namespace flowrun::registration
