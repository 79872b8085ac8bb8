// That the truth of phantom.raw_head is true: each figure is found again in the images by direct sums.
#include <doctest/doctest.h>

#include <algorithm>

#include "raw_scans.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

NodeRunner::Values turned_by(NodeRunner::Values values, const Numbers& rotation, const Numbers& translation) {
  values.emplace_back("pose", std::string("given"));
  values.emplace_back("rotation", rotation);
  values.emplace_back("translation", translation);
  return values;
}

Point mapped(const RawHead& head, const Point& place) { return head.transform().apply(place); }

Volume as_volume(const Mask& mask) {
  Volume volume;
  volume.geometry = mask.geometry;
  volume.voxels.assign(mask.voxels.begin(), mask.voxels.end());
  return volume;
}

NodeRunner::Values without_lesions(NodeRunner::Values values) {
  values.emplace_back("lesions", std::int64_t{0});
  return values;
}

/// The mean place of what lesions change in an image.
Point place_of_lesions(const Volume& with, const Volume& without) {
  return centroid(with.geometry, [&](std::size_t i) { return std::abs(double(with.voxels[i]) - without.voxels[i]); });
}

}  // namespace

TEST_CASE("raw_head: the true transform brings the T1 onto the clean T1, and no transform does not") {
  for (const std::int64_t seed : {1, 2, 3}) {
    const RawHead head(clean(medium({{"seed", seed}, {"rotation_limit", 20.0}, {"translation_limit", 30.0}})));
    const Volume& t1 = head.image("t1");
    const auto right = [&](const Point& place) { return value_at(t1, mapped(head, place)); };
    const auto unmoved = [&](const Point& place) { return value_at(t1, place); };
    CHECK(correlation(head.image("t1_clean"), head.mask("brain"), right) > 0.97);
    CHECK(correlation(head.image("t1_clean"), head.mask("brain"), unmoved) < 0.8);
  }
}

TEST_CASE("raw_head: the true transform brings the T1's brain onto the FLAIR's") {
  const RawHead head(clean(medium({{"seed", std::int64_t{4}}})));
  const Volume t1_brain = as_volume(head.mask("t1_brain"));
  const Mask& brain = head.mask("brain");
  double both = 0, sum = 0;
  for (std::int64_t i = 0; i < brain.geometry.voxel_count(); ++i) {
    const bool moved = value_at(t1_brain, mapped(head, place_of(brain.geometry, i))) > 0.5;
    both += moved && brain.voxels[i];
    sum += moved + (brain.voxels[i] != 0);
  }
  CHECK(2 * both / sum > 0.97);
}

TEST_CASE("raw_head: lesions lie where the true transform says, to a tenth of a voxel over several heads") {
  // Of one head the centres are uncertain by 0.3 mm, in any direction: few lesions, slices of 3 mm. A wrong transform would not
  // average out.
  Point sum{0, 0, 0};
  constexpr int kHeads = 4;
  for (std::int64_t seed = 5; seed < 5 + kHeads; ++seed) {
    const auto params = clean(medium({{"seed", seed}, {"rotation_limit", 20.0}, {"translation_limit", 30.0}}));
    const RawHead with(params), without(without_lesions(params));
    const Point in_t1 = place_of_lesions(with.image("t1"), without.image("t1"));
    const Point in_flair = place_of_lesions(with.image("t1_clean"), without.image("t1_clean"));
    const Point mapped_place = mapped(with, in_flair);
    CHECK(distance(mapped_place, in_t1) < 0.6);
    CHECK(distance(in_flair, in_t1) > 1);
    for (std::size_t axis = 0; axis < 3; ++axis) sum[axis] += (mapped_place[axis] - in_t1[axis]) / kHeads;
  }
  CHECK(distance(sum, {0, 0, 0}) < 0.2);
}

TEST_CASE("raw_head: a given pose is R p + t, turned about x, then y, then z") {
  const RawHead head(turned_by(coarse(), {90, 0, 90}, {5, -6, 7}));
  CHECK(head.transform().from == "FLAIR");
  CHECK(head.transform().to == "T1w");
  const Point moved = mapped(head, {10, 20, 30});  // about x: (10, -30, 20); about z: (30, 10, 20)
  CHECK(distance(moved, {35, 4, 27}) < 1e-9);
  CHECK(head.runner.reports().at("pose_mm") == doctest::Approx(std::sqrt(110.0)));
  CHECK(head.runner.reports().at("pose_degrees") == doctest::Approx(120));
}

TEST_CASE("raw_head: drawn poses keep to their limits and differ from seed to seed") {
  double largest_turn = 0, largest_shift = 0;
  for (std::int64_t seed = 0; seed < 12; ++seed) {
    const RawHead head(coarse({{"seed", seed}, {"rotation_limit", 20.0}, {"translation_limit", 30.0}}));
    largest_turn = std::max(largest_turn, head.runner.reports().at("pose_degrees"));
    largest_shift = std::max(largest_shift, head.runner.reports().at("pose_mm"));
  }
  CHECK(largest_turn > 12);
  CHECK(largest_turn < 20);
  CHECK(largest_shift > 18);
  CHECK(largest_shift < 30);
}

TEST_CASE("raw_head: the T1's field of view follows the head's shift, so that a drawn pose never cuts the brain") {
  const RawHead head(turned_by(coarse(), {0, 0, 0}, {60, -70, 80}));
  CHECK(head.runner.warnings().empty());
  CHECK(distance(mapped(head, {0, 0, 0}), {60, -70, 80}) < 1e-9);
}

TEST_CASE("raw_head: the brain has a plausible volume, and the same in both scans") {
  for (const std::int64_t seed : {1, 2, 3, 4, 5}) {
    const RawHead head(medium({{"seed", seed}}));
    const double brain = head.runner.reports().at("brain_ml");
    CHECK(brain > 1100);
    CHECK(brain < 1600);
    const Mask& t1_brain = head.mask("t1_brain");
    const auto voxels = double(std::count(t1_brain.voxels.begin(), t1_brain.voxels.end(), 1));
    CHECK(voxels * t1_brain.geometry.voxel_volume() / 1000 == doctest::Approx(brain).epsilon(0.02));
  }
}

TEST_CASE("raw_head: a thick slice is the mean of the thin slices that it covers") {
  const NodeRunner::Values thick{{"flair_size", Sizes{60, 64, 20}}, {"flair_spacing", Numbers{3, 3, 9}}};
  const NodeRunner::Values thin{{"flair_size", Sizes{60, 64, 60}}, {"flair_spacing", Numbers{3, 3, 3}}};
  const RawHead thick_slices(clean(coarse(thick))), thin_slices(clean(coarse(thin)));
  const auto& mean = thick_slices.image("flair");
  const auto& parts = thin_slices.image("flair");
  const std::int64_t slice = 60 * 64;
  double largest = 0;
  for (std::int64_t i = 0; i < mean.geometry.voxel_count(); ++i) {
    const std::int64_t first = i % slice + 3 * (i / slice) * slice;
    const double expected = (parts.voxels[first] + parts.voxels[first + slice] + parts.voxels[first + 2 * slice]) / 3.0;
    largest = std::max(largest, std::abs(mean.voxels[i] - expected));
  }
  CHECK(largest < 0.02);
}
