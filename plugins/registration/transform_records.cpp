#include "transform_records.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "affine.h"
#include "flowrun/sdk/error.h"

namespace flowrun::registration {
namespace {

using Numbers = std::vector<double>;
using Linear = std::array<double, 9>;  // 3 x 3, row-major

Linear product(const Linear& a, const Linear& b) {
  Linear result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column)
      for (std::size_t k = 0; k < 3; ++k) result[3 * row + column] += a[3 * row + k] * b[3 * k + column];
  return result;
}

Linear turn_about(std::size_t axis, double angle) {
  const std::size_t a = (axis + 1) % 3, b = (axis + 2) % 3;
  Linear turn{1, 0, 0, 0, 1, 0, 0, 0, 1};
  turn[3 * a + a] = turn[3 * b + b] = std::cos(angle);
  turn[3 * b + a] = std::sin(angle);
  turn[3 * a + b] = -std::sin(angle);
  return turn;
}

Linear turn_by_quaternion(double x, double y, double z, double w) {
  const double size = std::sqrt(x * x + y * y + z * z + w * w);
  if (!(size > 0)) throw Error("its quaternion is 0");
  x /= size, y /= size, z /= size, w /= size;
  return {1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 2 * (x * y + z * w),    1 - 2 * (x * x + z * z),
          2 * (y * z - x * w),     2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)};
}

/// The unit quaternion with this vector part.
Linear turn_by_versor(const double* v) {
  const double rest = 1 - v[0] * v[0] - v[1] * v[1] - v[2] * v[2];
  if (rest < -1e-9) throw Error("its versor is longer than 1");
  return turn_by_quaternion(v[0], v[1], v[2], std::sqrt(std::max(rest, 0.0)));
}

Linear euler(const Numbers& p, const Numbers& fixed) {
  const Linear x = turn_about(0, p[0]), y = turn_about(1, p[1]), z = turn_about(2, p[2]);
  const bool zyx = fixed.size() == 4 && fixed[3] != 0;
  return zyx ? product(z, product(y, x)) : product(z, product(x, y));
}

Linear scaled(Linear linear, double factor) {
  for (double& number : linear) number *= factor;
  return linear;
}

/// How a type's parameters make a matrix and a shift, about the centre in its fixed parameters.
struct LinearType {
  std::size_t count;  ///< of parameters
  int shift;          ///< the first of three parameters of the shift; -1: none
  Linear (*linear)(const Numbers& parameters, const Numbers& fixed);
};

const std::map<std::string, LinearType>& linear_types() {
  constexpr auto kNone = [](const Numbers&, const Numbers&) -> Linear { return {1, 0, 0, 0, 1, 0, 0, 0, 1}; };
  constexpr auto kMatrix = [](const Numbers& p, const Numbers&) -> Linear {
    return {p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]};
  };
  constexpr auto kVersor = [](const Numbers& p, const Numbers&) { return turn_by_versor(p.data()); };
  constexpr auto kQuaternion = [](const Numbers& p, const Numbers&) { return turn_by_quaternion(p[0], p[1], p[2], p[3]); };
  constexpr auto kScale = [](const Numbers& p, const Numbers&) -> Linear { return {p[0], 0, 0, 0, p[1], 0, 0, 0, p[2]}; };
  constexpr auto kSimilar = [](const Numbers& p, const Numbers&) { return scaled(turn_by_versor(p.data()), p[6]); };
  static const std::map<std::string, LinearType> kTypes{{"IdentityTransform", {0, -1, kNone}},
                                                        {"TranslationTransform", {3, 0, kNone}},
                                                        {"ScaleTransform", {3, -1, kScale}},
                                                        {"AffineTransform", {12, 9, kMatrix}},
                                                        {"MatrixOffsetTransformBase", {12, 9, kMatrix}},
                                                        {"Euler3DTransform", {6, 3, euler}},
                                                        {"VersorTransform", {3, -1, kVersor}},
                                                        {"VersorRigid3DTransform", {6, 3, kVersor}},
                                                        {"QuaternionRigidTransform", {7, 4, kQuaternion}},
                                                        {"Similarity3DTransform", {7, 3, kSimilar}}};
  return kTypes;
}

void require_count(const std::string& what, std::size_t found, std::size_t expected) {
  if (found != expected)
    throw Error(what + " has " + std::to_string(found) + " numbers, but " + std::to_string(expected) + " are expected");
}

}  // namespace

void require_invertible(const std::array<double, 12>& m) {
  constexpr double kFlat = 1e-6;  // of the volume that edges of these lengths can span
  const double determinant = m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
  double most = 1;
  for (std::size_t row = 0; row < 12; row += 4) most *= std::hypot(m[row], m[row + 1], m[row + 2]);
  if (!(std::abs(determinant) > kFlat * most)) throw Error("its matrix maps the head onto a plane, a line or a point, so it cannot be");
}

namespace {

/// A centre of three numbers, as ITK writes them: a file with fewer is cut short. A shift needs none, and Euler angles have a
/// fourth number that says their order.
void require_centre(const LinearType& type, const TransformRecord& record) {
  const std::size_t found = record.fixed.size();
  const bool needs_none = type.count == 0 || (type.count == 3 && type.shift == 0);
  if ((found == 0 && needs_none) || (found == 4 && type.linear == euler)) return;
  require_count("the centre (FixedParameters) of a " + record.type, found, 3);
}

TransformStep linear_step(const LinearType& type, const TransformRecord& record) {
  require_count("a " + record.type, record.parameters.size(), type.count);
  require_centre(type, record);
  const Linear linear = type.linear(record.parameters, record.fixed);
  TransformStep step;
  for (std::size_t row = 0; row < 3; ++row) {
    const auto centre = [&](std::size_t axis) { return record.fixed.size() >= 3 ? record.fixed[axis] : 0; };
    double shift = centre(row) + (type.shift < 0 ? 0 : record.parameters[static_cast<std::size_t>(type.shift) + row]);
    for (std::size_t column = 0; column < 3; ++column) {
      step.matrix[4 * row + column] = linear[3 * row + column];
      shift -= linear[3 * row + column] * centre(column);
    }
    step.matrix[4 * row + 3] = shift;
  }
  require_invertible(step.matrix);
  return step;
}

void require_grid(const Geometry& grid) {
  constexpr double kStraight = 1e-4;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (!(grid.spacing[axis] > 0))
      throw Error("its displacement field has a spacing of " + std::to_string(grid.spacing[axis]) + " mm");
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      double sum = 0;
      for (std::size_t row = 0; row < 3; ++row) sum += grid.direction[3 * row + a] * grid.direction[3 * row + b];
      if (std::abs(sum - (a == b)) > kStraight)
        throw Error("the axes of its displacement field are not unit vectors at right angles");
    }
}

TransformStep displacement_step(const TransformRecord& record) {
  constexpr double kLargest = 32768;  // voxels an axis
  require_count("the grid of a " + record.type, record.fixed.size(), 18);
  TransformStep step;
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double size = record.fixed[axis];
    if (!(size >= 1 && size <= kLargest && size == std::floor(size)))
      throw Error("its displacement field has a size of " + std::to_string(size) + " along one axis");
    voxels *= size;
    step.grid.size[axis] = static_cast<std::int64_t>(size);
    step.grid.origin[axis] = record.fixed[3 + axis];
    step.grid.spacing[axis] = record.fixed[6 + axis];
  }
  std::copy(record.fixed.begin() + 9, record.fixed.end(), step.grid.direction.begin());
  require_grid(step.grid);
  require_count("a " + record.type + " of " + std::to_string(static_cast<std::int64_t>(voxels)) + " voxels",
                record.parameters.size(), static_cast<std::size_t>(3 * voxels));
  step.displacement.reserve(record.parameters.size());
  for (const double number : record.parameters) step.displacement.push_back(static_cast<float>(number));
  return step;
}

/// "AffineTransform" of "AffineTransform_double_3_3".
std::string plain_type(const std::string& type) {
  for (const char* end : {"_double_3_3", "_float_3_3"})
    if (type.ends_with(end)) return type.substr(0, type.size() - std::string(end).size());
  throw Error("it contains a '" + type.substr(0, 80) +
              "', which is no transform of three dimensions in ITK's naming (..._double_3_3)");
}

TransformStep step_of(const TransformRecord& record) {
  const std::string type = plain_type(record.type);
  for (const Numbers* numbers : {&record.parameters, &record.fixed})
    if (std::any_of(numbers->begin(), numbers->end(), [](double number) { return !std::isfinite(number); }))
      throw Error("its " + type + " has a number that is not finite");
  if (type == "DisplacementFieldTransform") return displacement_step(record);
  const auto found = linear_types().find(type);
  if (found == linear_types().end())
    throw Error(
        "it contains a " + type.substr(0, 80) +
        ", which is not read; convert it to an affine transform or a displacement field, as with ANTs' antsApplyTransforms -o "
        "[field.nii.gz,1]");
  return linear_step(found->second, record);
}

}  // namespace

Transform transform_of(const TransformFile& file) {
  if (file.records.empty()) throw Error("it contains no transform");
  const bool composite = file.records.front().type.starts_with("CompositeTransform");
  if (composite && file.records.size() == 1) throw Error("its composite has no parts; the file may be cut short");
  if (!composite && file.records.size() > 1)
    throw Error("it contains " + std::to_string(file.records.size()) +
                " transforms that no composite joins, so their order is not known; write each to a file of its own");
  Transform transform;
  transform.from = file.from, transform.to = file.to;
  for (std::size_t i = composite ? 1 : 0; i < file.records.size(); ++i) {
    const TransformStep step = step_of(file.records[i]);
    transform.steps.insert(transform.steps.begin(), step);
  }
  return transform;
}

TransformFile records_of(const Transform& transform) {
  TransformFile file;
  file.from = transform.from, file.to = transform.to;
  std::vector<TransformStep> steps = transform.steps;
  if (steps.empty()) steps.emplace_back();
  if (steps.size() > 1) file.records.push_back({"CompositeTransform_double_3_3", {}, {}});
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    TransformRecord record{"AffineTransform_double_3_3", {}, {0, 0, 0}};
    if (step->is_affine()) {
      for (std::size_t i = 0; i < 9; ++i) record.parameters.push_back(step->matrix[4 * (i / 3) + i % 3]);
      for (std::size_t row = 0; row < 3; ++row) record.parameters.push_back(step->matrix[4 * row + 3]);
    } else {
      if (step->inverse)
        throw Error(
            "the transform goes back through a displacement field, which ITK's files cannot say; write the transform before "
            "registration.invert and invert it after reading");
      record = {"DisplacementFieldTransform_double_3_3", {step->displacement.begin(), step->displacement.end()}, {}};
      for (const std::int64_t size : step->grid.size) record.fixed.push_back(static_cast<double>(size));
      record.fixed.insert(record.fixed.end(), step->grid.origin.begin(), step->grid.origin.end());
      record.fixed.insert(record.fixed.end(), step->grid.spacing.begin(), step->grid.spacing.end());
      record.fixed.insert(record.fixed.end(), step->grid.direction.begin(), step->grid.direction.end());
    }
    file.records.push_back(std::move(record));
  }
  return file;
}

}  // namespace flowrun::registration
