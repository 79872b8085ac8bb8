#include "outer_head.h"

#include "face.h"
#include "head_shape.h"

namespace flowrun::phantom {
namespace {

constexpr float kSkinThickness = 2, kSkullThickness = 6.2f, kTable = 1.9f;  // mm; a table is the compact bone on either side

/// The skin before noise is added, without neck.
float skin_of_head(Vec at) {
  const Vec side{std::abs(at.x), at.y, at.z};
  float skin = ellipsoid(at, {0, 1, 4}, {81.5f, 101.5f, 77});
  skin = smooth_min(skin, ellipsoid(at, {0, 46, -36}, {67, 50, 41}), 12);
  skin = smooth_min(skin, ellipsoid(at, {0, -42, -74}, {60, 50, 64}), 14);
  skin = smooth_min(skin, ellipsoid(at, {0, -66, -116}, {30, 27, 22}), 8);
  skin = smooth_min(skin, ellipsoid(at, {0, -92, -72}, {11, 19, 20}), 6);
  skin = smooth_min(skin, length(side - kEye) - kEyeRadius - 1.5f, 6);
  return smooth_min(skin, ellipsoid(side, {66, 14, -46}, {6, 13, 23}), 3);
}

float skin_of_neck(Vec at) {
  const float column = ellipsoid({at.x, at.y, 0}, {0, 23, 0}, {56, 54, 1000});
  return smooth_max(column, at.z + 55, 12);
}

/// A rod through the vertebrae from the height `top` down.
float spine(Vec at, float top, float radius) {
  constexpr Vec kBend{0, 33, -120};
  return std::min(rod(at, {0, 17, top}, kBend, radius), rod(at, kBend, {0, 36, -240}, radius));
}

}  // namespace

float inner_skull(Vec at) {
  const float base = underside(at) - 2.8f - at.z;
  const float vault = smooth_max(ellipsoid(at, {0, 0, 4}, {70.5f, 88.5f, 65.5f}), base, 6);
  const float rear = ellipsoid(at, {0, 46, -36}, {54, 37, 28});
  const float stem = ellipsoid(at, {0, 17, -42}, {17, 16, 33});
  const float canal = spine(at, -66, 9);
  return smooth_min(smooth_min(vault, rear, 5), smooth_min(stem, canal, 4), 4);
}

float spinal_cord(Vec at) { return spine(at, -58, 5.5f); }

OuterHead::OuterHead(std::uint64_t seed) : thickness_(seed, 60, 24), strands_(seed, 61, 10), lumps_(seed, 62, 5) {}

float OuterHead::skin(Vec at) const {
  const float head = smooth_min(skin_of_head(at), skin_of_neck(at), 14);
  return head < 12 ? head + 0.8f * thickness_(at + Vec{0, 0, 300}) : head;
}

Signal OuterHead::signal(Vec at, float skin, float inner_skull, float width) const {
  Layers layers(width);
  lay_soft_tissue(at, skin, layers);
  const bool low = at.z < -8, front = at.y < -10;
  if (low && front) lay_jaws(at, layers);
  if (low) lay_neck(at, layers);
  if (low && front) lay_eyes(at, skin, layers);
  lay_skull(at, inner_skull, layers);
  if (low && front) lay_nose_and_sinuses(at, skin, inner_skull, layers);
  return layers.signal();
}

void OuterHead::lay_soft_tissue(Vec at, float skin, Layers& layers) const {
  const float low = smooth_step(-30, -80, at.z);
  const float fat = 3.2f + 1.2f * thickness_(at + Vec{0, 200, 0}) + 3.5f * low;
  const float below = skin + kSkinThickness + fat;
  layers.lay(kSkin, skin).lay(kFat, skin + kSkinThickness);
  if (below > 5) return;
  const float strand = low > 0 ? 0.45f * low * smooth_step(0.28f, 0.06f, std::abs(strands_({at.x, at.y, 0.5f * at.z}))) : 0;
  layers.lay(mix(kMuscle, kFat, strand), below);
}

void OuterHead::lay_skull(Vec at, float inner_skull, Layers& layers) const {
  if (inner_skull > 14) return;
  const float thickness = kSkullThickness + 1.5f * thickness_(at);
  layers.lay(kBone, inner_skull - thickness);
  layers.lay(kMarrow, std::max(inner_skull - thickness + kTable, kTable - inner_skull));
}

void OuterHead::lay_nose_and_sinuses(Vec at, float skin, float inner_skull, Layers& layers) const {
  const Vec side{std::abs(at.x), at.y, at.z};
  const float nose = std::max(ellipsoid(at, {0, -70, -73}, {11, 30, 18}), skin + 3);
  layers.lay(kMucosa, nose);
  if (nose < 0) layers.lay(kAir, std::max({nose + 1.5f, 2.2f - std::abs(at.x), -7 * lumps_(at) - 0.5f}));
  const float cheek = ellipsoid(side, {24, -60, -80}, {12, 14, 13});
  const float centre = ellipsoid(side, {8, -24, -61}, {7, 11, 7});
  const float brow = ellipsoid(side, {11, -87, -25}, {9, 5, 8});
  const float sinus = std::max({std::min({cheek, centre, brow}), skin + 5, 4 - inner_skull});
  layers.lay(kBone, sinus - 2.2f).lay(kMucosa, sinus - 1).lay(kAir, sinus);
}

}  // namespace flowrun::phantom
