#include "face.h"

namespace flowrun::phantom {
namespace {

Vec on_left(Vec at) { return {std::abs(at.x), at.y, at.z}; }

void lay_bone(float distance, float shell, Layers& layers) { layers.lay(kBone, distance).lay(kMarrow, distance + shell); }

float lower_jaw(Vec side) {
  const float chin = rod(side, {0, -84, -124}, {14, -80, -124}, 6);
  const float body = rod(side, {14, -80, -124}, {47, -32, -110}, 6);
  const float branch = rod(side, {47, -32, -110}, {52, -12, -74}, 5);
  return std::min({chin, body, branch});
}

float teeth(Vec side) {
  const float front = rod(side, {0, -83, -104}, {15, -76, -104}, 5);
  return std::min(front, rod(side, {15, -76, -104}, {26, -50, -104}, 5));
}

/// Distance to an eye socket: it narrows towards the brain and turns to the middle.
float socket(Vec side) {
  const float behind = side.y - kEye.y;
  const Vec bent{side.x - kEye.x + 0.33f * behind, side.y, side.z - kEye.z + 0.2f * behind};
  return ellipsoid(bent, {0, -64, 0}, {14.5f, 31, 14});
}

float eye_muscles(Vec side) {
  constexpr Vec kApex{18, -36, -55};
  const auto muscle = [&](Vec end) { return rod(side, kApex, end, 2.2f); };
  return std::min({muscle({42, -68, -47}), muscle({20, -70, -47}), muscle({31, -68, -36}), muscle({31, -68, -58})});
}

/// Position within one of the vertebrae, which follow each other every 18 mm.
float height_in_vertebra(float z) { return z - 18 * std::round(z / 18); }

float vertebral_bodies(Vec at) {
  return std::min(rod(at, {0, 5, -87}, {0, 13, -120}, 10.5f), rod(at, {0, 13, -120}, {0, 15, -240}, 11));
}

float airway(Vec at) {
  return std::min(rod(at, {0, -26, -80}, {0, -19, -112}, 6), rod(at, {0, -19, -112}, {0, -13, -240}, 8));
}

}  // namespace

void lay_jaws(Vec at, Layers& layers) {
  const Vec side = on_left(at);
  const float upper = ellipsoid(at, {0, -62, -84}, {36, 27, 17});
  layers.lay(kBone, std::abs(upper) - 1.2f);
  lay_bone(rod(side, {43, -68, -68}, {68, -20, -64}, 4.5f), 1.8f, layers);
  lay_bone(lower_jaw(side), 2, layers);
  layers.lay(kBone, teeth(side));
}

void lay_eyes(Vec at, float skin, Layers& layers) {
  const Vec side = on_left(at);
  const float cone = std::max(socket(side), skin + 2.5f);
  if (cone > 6) return;
  layers.lay(kBone, std::max(cone - 2, skin + 5)).lay(kFat, cone);
  layers.lay(kMuscle, eye_muscles(side)).lay(kNerve, rod(side, {30, -62, -49}, {9, -28, -55}, 2.2f));
  const float eye = length(side - kEye) - kEyeRadius;
  layers.lay(kSclera, eye).lay(kVitreous, eye + 1.3f).lay(kLens, ellipsoid(side, kEye + Vec{0, -8, 0}, {4.5f, 2.4f, 4.5f}));
}

void lay_neck(Vec at, Layers& layers) {
  if (at.z > -70) return;
  const float height = height_in_vertebra(at.z);
  const float bodies = vertebral_bodies(at);
  layers.lay(kBone, bodies).lay(kMarrow, bodies + 1.5f).lay(kDisc, std::max(bodies, std::abs(height) - 2.5f));
  const float process = ellipsoid({at.x, at.y, height}, {0, 54, 0}, {4, 13, 5.5f});
  lay_bone(std::max(process, at.z + 84), 1.5f, layers);
  const float air = airway(at);
  layers.lay(kMucosa, air - 2).lay(kAir, air);
  const Vec side = on_left(at);
  layers.lay(kAir, std::min(rod(side, {26, -2, -84}, {27, -6, -240}, 2.5f), rod(side, {34, 2, -84}, {33, -2, -240}, 3.5f)));
}

}  // namespace flowrun::phantom
