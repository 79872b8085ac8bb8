#pragma once

#include <array>
#include <string>
#include <string_view>

#include "transform_records.h"

namespace flowrun::registration {

/// ITK's text form, "#Insight Transform File V1.0". Names of spaces are kept in comments, which other programs skip. Numbers are
/// written so that they are read as the same again. Throws Error, beginning with what is wrong and where, for text that is not
/// so.
bool is_itk_text(std::string_view text);
TransformFile parse_itk_text(std::string_view text);
std::string itk_text(const TransformFile& file);

/// A 4 x 4 matrix as text, four numbers a line, in RAS (x to the right, y to the front, z up, mm), the form of NiftyReg and of
/// c3d_affine_tool -ras: it maps places as the transform does. Lines that begin with # are comments.
Transform parse_ras_matrix(std::string_view text);
std::string ras_matrix_text(const Transform& transform);

}  // namespace flowrun::registration
