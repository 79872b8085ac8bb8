#pragma once

#include "blob_index.h"
#include "outer_head.h"

namespace flowrun::phantom {

/// What one point of a raw head has.
struct HeadSample {
  Signal signal;
  float brain = 0;   ///< share of the brain with its rim of fluid
  float lesion = 0;  ///< share of true lesions
};

/// A head that can be looked at in any point: brain with lesions and things that look like them, and all that surrounds it.
/// Positions are in mm of the patient, from the head's centre; x to the left, y to posterior, z to superior.
class WholeHead {
 public:
  /// Throws nothing; draws fewer lesions than asked for where no place is found.
  WholeHead(std::uint64_t seed, std::int64_t lesions, std::int64_t fakes);

  /// As a voxel of `width` mm sees the point.
  HeadSample at(Vec mm, float width) const;
  /// Distance to the skin, mm, negative inside; rough where it is far.
  float skin(Vec mm) const { return outer_.skin(shape_.unstretched(mm)); }
  std::int64_t lesions() const { return static_cast<std::int64_t>(lesions_.blobs().size()); }
  float white_signal() const { return contrast_.white[kT1]; }

 private:
  /// Inside the skull.
  HeadSample inside(Vec mm, Vec average, float width) const;
  void add_blobs(Vec mm, const TissueShares& shares, float width, HeadSample& sample) const;

  HeadShape shape_;
  OuterHead outer_;
  Contrast contrast_;
  LatticeNoise texture_, patches_, outline_;
  float rim_strength_;
  BlobIndex fakes_, lesions_;
};

}  // namespace flowrun::phantom
