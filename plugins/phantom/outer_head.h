#pragma once

#include <cstdint>

#include "lattice_noise.h"
#include "signal.h"

namespace flowrun::phantom {

/// What surrounds the brain: the skull with its marrow, scalp, face with eyes, jaws and sinuses, ears and neck, made of
/// ellipsoids and rods like the brain. Positions are in mm of the average head (HeadShape::unstretched).
class OuterHead {
 public:
  explicit OuterHead(std::uint64_t seed);

  /// Distance to the skin, mm, negative inside the head. Far outside it is right to a few parts of ten only.
  float skin(Vec at) const;
  /// Signal outside the inner skull, smeared over `width` mm. `skin` and `inner_skull`: the distances at this point.
  Signal signal(Vec at, float skin, float inner_skull, float width) const;

 private:
  void lay_soft_tissue(Vec at, float skin, Layers& layers) const;
  void lay_nose_and_sinuses(Vec at, float skin, float inner_skull, Layers& layers) const;
  void lay_skull(Vec at, float inner_skull, Layers& layers) const;

  LatticeNoise thickness_, strands_, lumps_;
};

/// Distance to the inner surface of the skull and of the spinal canal: the outer bound of the fluid around brain and cord.
float inner_skull(Vec at);

/// Distance to the spinal cord, which continues the brain stem downwards and is no part of the brain.
float spinal_cord(Vec at);

}  // namespace flowrun::phantom
