#include "whole_head.h"

#include "lesions.h"

namespace flowrun::phantom {
namespace {

constexpr float kBlobEdge = 0.6f;  // mm beyond a voxel's width, as in phantom.head

void add(const Blob& blob, float share, Signal& signal) {
  signal.t1 += share * blob.strength[kT1] * (blob.signal[kT1] - signal.t1);
  signal.flair += share * blob.strength[kFlair] * (blob.signal[kFlair] - signal.flair);
}

}  // namespace

WholeHead::WholeHead(std::uint64_t seed, std::int64_t lesions, std::int64_t fakes)
    : shape_(seed),
      outer_(seed),
      contrast_(make_contrast(seed)),
      texture_(seed, kTexture, kTextureCell),
      patches_(seed, kPatches, kPatchCell),
      outline_(seed, kOutline, kOutlineCell),
      rim_strength_(fakes > 0 ? kRimStrength : 0) {
  const HeadGrid grid = make_head_grid({76, 94, 74}, {2, 2, 2});  // fine enough to look for places in
  const TissueMaps tissues = make_tissues(grid, shape_, seed, [] { return false; });
  fakes_ = BlobIndex(make_fakes({grid, shape_, tissues}, seed, fakes));
  lesions_ = BlobIndex(make_lesions({grid, shape_, tissues}, contrast_, seed, lesions));
}

HeadSample WholeHead::at(Vec mm, float width) const {
  const Vec average = shape_.unstretched(mm);
  const float skull = inner_skull(average);
  const float share = soft(-skull, width);
  HeadSample sample;
  if (share > 0) sample = inside(mm, average, width);
  if (share == 1) return sample;
  const float skin = outer_.skin(average);
  const Signal outside = 2 * skin > width ? kAir : outer_.signal(average, skin, skull, width);
  sample.signal = mix(outside, sample.signal, share);
  return sample;
}

HeadSample WholeHead::inside(Vec mm, Vec average, float width) const {
  const HeadPoint point = shape_.at(mm);
  const TissueShares shares = shares_at(point, width);
  HeadSample sample{.brain = soft(kFluidRim - point.surface, width)};
  const float uneven = kUnevenness * texture_(mm);
  sample.signal = {tissue_signal(contrast_, shares, uneven, kT1), tissue_signal(contrast_, shares, uneven, kFlair)};
  if (sample.brain == 0) {
    sample.signal = mix(sample.signal, kNerve, soft(-spinal_cord(average), width));
    return sample;
  }
  const float rim = point.ventricle < 0.8f + width ? rim_share(point, patches_(mm), width) : 0;
  sample.signal.flair += rim_strength_ * rim * (kRimFlair - sample.signal.flair);
  add_blobs(mm, shares, width, sample);
  return sample;
}

void WholeHead::add_blobs(Vec mm, const TissueShares& shares, float width, HeadSample& sample) const {
  const auto share_of = [&](const Blob& blob) {
    return fill(blob, outline_, width + kBlobEdge, mm) * home_share(blob.home, shares);
  };
  fakes_.for_each_near(mm, [&](const Blob& fake) { add(fake, share_of(fake), sample.signal); });
  lesions_.for_each_near(mm, [&](const Blob& lesion) {
    const float share = share_of(lesion);
    add(lesion, share, sample.signal);
    sample.lesion = std::max(sample.lesion, share);
  });
}

}  // namespace flowrun::phantom
