#pragma once

#include <cstdint>

#include "lattice_noise.h"
#include "vec.h"

namespace flowrun::phantom {

/// Where a point lies in the head. Distances in mm of a full-size head, negative inside the structure named.
struct HeadPoint {
  float surface = 0;      ///< to the brain's outer surface; negative inside the brain
  float cortex = 0;       ///< below the nearest fluid of the surface, a sulcus or a fissure
  float sulcus = 0;       ///< half width of the fluid there
  float grey = 0;         ///< thickness of the grey ribbon there
  float ventricle = 0;    ///< to the nearest ventricle
  float lateral = 0;      ///< to the nearest lateral ventricle
  float deep_grey = 0;    ///< to the nearest deep grey nucleus
  bool cerebrum = false;  ///< not in the cerebellum or the brain stem
  bool stem = false;      ///< in the brain stem
};

/// Height of the tentorium: the cerebrum's underside, which rises towards the back, where the cerebellum lies below it, and falls
/// to the sides. In mm of the average head, as HeadShape::unstretched gives them.
float underside(Vec at);

/// A brain made of ellipsoids, with folds made of noise; each seed has its own size and folds.
/// Positions are in mm of a full-size head (about 140 x 172 x 130 mm), centred at 0.
class HeadShape {
 public:
  explicit HeadShape(std::uint64_t seed);
  HeadPoint at(Vec mm) const;

  /// Where a point of this head lies in the average head.
  Vec unstretched(Vec mm) const { return mm / stretch_; }

  /// Half of the box that contains every head, mm.
  static constexpr Vec kHalfExtent{72, 90, 70};

 private:
  void add_cerebrum(Vec at, HeadPoint& point) const;
  void add_hindbrain(Vec at, HeadPoint& point) const;
  void add_ventricles(Vec at, HeadPoint& point) const;

  LatticeNoise bumps_, folds_, fine_folds_, fold_depth_, width_;
  Vec stretch_;             // of this patient against the average
  float ventricle_growth_;  // mm
  float atrophy_;           // mm added to the fluid in the sulci
};

}  // namespace flowrun::phantom
