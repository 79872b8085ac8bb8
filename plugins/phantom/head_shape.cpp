#include "head_shape.h"

#include <algorithm>

#include "random.h"
#include "soft_shapes.h"

namespace flowrun::phantom {
namespace {

constexpr Vec kCerebrum{0, 0, 4}, kCerebrumHalf{67, 85, 62};

float lateral_ventricle(Vec at) {
  const Vec side{std::abs(at.x), at.y, at.z};
  const float front = ellipsoid(side, {9.5f, -24, 12}, {5.5f, 17, 8});
  const float body = ellipsoid(side, {10.5f, 2, 16}, {6, 26, 6.5f});
  const float back = ellipsoid(side, {22, 36, 8}, {6, 20, 8});
  const float below = ellipsoid(side, {32, 8, -16}, {3.5f, 20, 4});
  return std::min({front, body, back, below});
}

float midline_ventricles(Vec at) {
  return std::min(ellipsoid(at, {0, 4, -2}, {2.2f, 14, 9}), ellipsoid(at, {0, 26, -34}, {6, 4, 9}));
}

float deep_nuclei(Vec at) {
  const Vec side{std::abs(at.x), at.y, at.z};
  const float thalamus = ellipsoid(side, {11, 12, 1}, {8, 13, 8});
  const float caudate = ellipsoid(side, {17, -16, 12}, {4.5f, 15, 8});
  const float putamen = ellipsoid(side, {27, -4, 0}, {5.5f, 16, 10});
  return std::min({thalamus, caudate, putamen});
}

/// Distance to the sheet of fluid between the hemispheres, which ends at the corpus callosum.
float fissure(Vec at) {
  const float bridge = ellipsoid(at, {0, 3, 0}, {60, 42, 28});
  return std::abs(at.x) + std::max(0.0f, -bridge);
}

}  // namespace

float underside(Vec at) { return -40 + 28 * smooth_step(2, 42, at.y) - at.x * at.x / 250; }

HeadShape::HeadShape(std::uint64_t seed)
    : bumps_(seed, 1, 26), folds_(seed, 2, 9.5f), fine_folds_(seed, 3, 3.2f), fold_depth_(seed, 4, 18), width_(seed, 5, 13) {
  Random random(seed, 6);
  stretch_ = {random.uniform(0.95f, 1.02f), random.uniform(0.95f, 1.02f), random.uniform(0.95f, 1.02f)};
  ventricle_growth_ = random.uniform(-1.0f, 2.0f);
  atrophy_ = random.uniform(-0.1f, 0.5f);
}

HeadPoint HeadShape::at(Vec mm) const {
  const Vec at = mm / stretch_;
  HeadPoint point;
  add_cerebrum(at, point);
  add_hindbrain(at, point);
  if (point.surface < 4) add_ventricles(at, point);
  return point;
}

void HeadShape::add_cerebrum(Vec at, HeadPoint& point) const {
  float shell = ellipsoid(at, kCerebrum, kCerebrumHalf);
  point.surface = shell;
  if (shell > 8) return;
  const float cistern = ellipsoid(at, {0, -14, -46}, {17, 40, 22});
  shell = std::max({shell + 2.5f * bumps_(at), underside(at) - at.z, -cistern});
  point.surface = shell;
  point.cerebrum = true;
  // Sulci stand upright on the surface: the folds are looked up where the ray from the centre meets the surface.
  const Vec from_centre = at - kCerebrum;
  const Vec foot = from_centre * (1 / std::max(length(from_centre / kCerebrumHalf), 0.6f));
  const Vec bent = foot + Vec{4, -3, 3} * width_(from_centre) + Vec{-3, 4, 4} * width_(from_centre * 0.8f + Vec{50, 0, 0});
  const float fold = folds_(bent) + 0.3f * folds_(bent * 1.9f);
  const float fold_end = 16 + 11 * fold_depth_(foot);
  const float sheet = std::abs(fold) * 8.5f + 0.6f * std::max(0.0f, -shell - fold_end);
  const float opening = 0.6f * (1 - smooth_step(0, 8, -shell));
  point.cortex = std::min({-shell, sheet, fissure(at) + 0.5f});
  point.sulcus = 0.7f + atrophy_ + 0.4f * width_(at) + opening;
  point.grey = 3.0f + 0.5f * width_(foot * 1.7f);
}

void HeadShape::add_hindbrain(Vec at, HeadPoint& point) const {
  const float gap = at.z - underside(at) + 2.4f;
  const float cerebellum = std::max(ellipsoid(at, {0, 46, -36}, {50, 33, 24}) + bumps_(at), gap);
  const float stem = ellipsoid(at, {0, 17, -42}, {13, 12, 30});
  const float shell = std::min(cerebellum, stem);
  if (shell >= point.surface) return;
  point.surface = shell;
  point.cerebrum = false;
  point.stem = stem < cerebellum;
  const Vec flat{at.x * 0.35f, at.y * 0.8f, at.z};  // folia lie in near-horizontal leaves
  const float leaf = std::abs(fine_folds_(flat)) * 3.2f + std::max(0.0f, -cerebellum - 11);
  point.cortex = stem < cerebellum ? -shell + 2 : std::min(-shell, leaf);
  point.sulcus = 0.35f + 0.5f * atrophy_;
  point.grey = 1.8f;
}

void HeadShape::add_ventricles(Vec at, HeadPoint& point) const {
  const float wobble = 0.8f * bumps_(at * 2) - ventricle_growth_;
  point.lateral = std::max(lateral_ventricle(at) + wobble, 0.7f - std::abs(at.x));  // the septum stays between the two
  point.ventricle = std::min(point.lateral, midline_ventricles(at) + 0.3f * wobble);
  point.deep_grey = deep_nuclei(at) + 0.8f * bumps_(at * 2.3f);
}

}  // namespace flowrun::phantom
