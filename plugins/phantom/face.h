#pragma once

#include "signal.h"

namespace flowrun::phantom {

// Parts of the head below and before the brain, laid over the soft tissue that is there. Positions are in mm of the average head.

/// Cheekbones, upper and lower jaw, teeth.
void lay_jaws(Vec at, Layers& layers);
/// Eye sockets with fat, muscles and nerve, and the eyes. `skin`: distance to the skin, which stays on top.
void lay_eyes(Vec at, float skin, Layers& layers);
/// Vertebrae with discs, throat and windpipe, vessels.
void lay_neck(Vec at, Layers& layers);

/// The centre of the left eye; the right one lies at -x.
inline constexpr Vec kEye{31, -73, -47};
inline constexpr float kEyeRadius = 12;

}  // namespace flowrun::phantom
