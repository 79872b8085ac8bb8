#pragma once

#include "soft_shapes.h"

namespace flowrun::phantom {

/// What the two scans of a raw head see of one tissue, in hundredths of the white matter's signal.
struct Signal {
  float t1 = 0, flair = 0;
};

inline Signal operator*(Signal a, float f) { return {a.t1 * f, a.flair * f}; }
inline Signal mix(Signal a, Signal b, float weight) { return {mix(a.t1, b.t1, weight), mix(a.flair, b.flair, weight)}; }

/// Tissues around the brain. T1w as from a gradient echo with inversion, FLAIR as from a turbo spin echo without fat saturation.
inline constexpr Signal kAir{0, 0}, kSkin{72, 88}, kFat{150, 138}, kMuscle{58, 66}, kMucosa{66, 140}, kBone{9, 8}, kMarrow{98, 86},
    kDisc{46, 60}, kNerve{84, 98}, kSclera{44, 48}, kVitreous{26, 24}, kLens{60, 52}, kSpinalFluid{30, 24};

/// Lays tissues over one another, the inner ones last: each covers what was there as far as the point lies inside of it.
class Layers {
 public:
  explicit Layers(float width) : width_(width) {}
  /// `distance` to the tissue's outline, mm, negative inside.
  Layers& lay(Signal tissue, float distance) {
    if (2 * distance < width_) signal_ = mix(signal_, tissue, soft(-distance, width_));
    return *this;
  }
  Signal signal() const { return signal_; }

 private:
  float width_;
  Signal signal_ = kAir;
};

}  // namespace flowrun::phantom
