#include <doctest/doctest.h>

#include <algorithm>

#include "raw_scans.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

bool same_everywhere(const RawHead& a, const RawHead& b) {
  const auto same_image = [&](const auto& name) { return a.image(name).voxels == b.image(name).voxels; };
  const auto same_mask = [&](const auto& name) { return a.mask(name).voxels == b.mask(name).voxels; };
  return std::all_of(kRawImages.begin(), kRawImages.end(), same_image) &&
         std::all_of(kRawMasks.begin(), kRawMasks.end(), same_mask) && a.transform().matrix() == b.transform().matrix();
}

NodeRunner::Values unmoved(NodeRunner::Values values) {
  values.emplace_back("pose", std::string("given"));
  return values;
}

std::string error_of(const NodeRunner::Values& params) {
  try {
    return NodeRunner("phantom.raw_head", params).error_of_run();
  } catch (const Error& error) {
    return error.what();
  }
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Largest value within a few mm.
double brightest_near(const Volume& image, const Point& place, double reach) {
  double largest = 0;
  for (double x = -reach; x <= reach; x += 1)
    for (double y = -reach; y <= reach; y += 1)
      for (double z = -reach; z <= reach; z += 1)
        largest = std::max(largest, value_at(image, {place[0] + x, place[1] + y, place[2] + z}));
  return largest;
}

}  // namespace

TEST_CASE("raw_head: one seed gives the same bits, whatever the threads") {
  const RawHead one(medium({{"seed", std::int64_t{7}}}), 1), two(medium({{"seed", std::int64_t{7}}}), 2),
      many(medium({{"seed", std::int64_t{7}}}), 5);
  CHECK(same_everywhere(one, two));
  CHECK(same_everywhere(one, many));
}

TEST_CASE("raw_head: another seed is another patient in another pose, negative ones too") {
  const RawHead first(coarse()), second(coarse({{"seed", std::int64_t{-7}}}));
  for (const auto& name : kRawImages) CHECK(first.image(name).voxels != second.image(name).voxels);
  CHECK(first.transform().matrix() != second.transform().matrix());
}

TEST_CASE("raw_head: each scan has its own grid; masks and clean images are on the FLAIR's") {
  const RawHead head(unmoved(coarse()));
  const Geometry &t1 = head.image("t1").geometry, &flair = head.image("flair").geometry;
  CHECK(t1.size == std::array<std::int64_t, 3>{64, 64, 44});
  CHECK(t1.spacing == std::array<double, 3>{4, 4, 4});
  CHECK(t1.direction == std::array<double, 9>{0, 0, -1, 1, 0, 0, 0, -1, 0});  // x to the back, y down, z to the right
  CHECK(t1.origin == std::array<double, 3>{86, -130, 102});                   // the middle at 0, -4, -24
  CHECK(flair.direction == Geometry{}.direction);
  CHECK(flair.spacing == std::array<double, 3>{4, 4, 6});
  CHECK(flair.origin == std::array<double, 3>{-118, -130, -95});  // the middle at 0, -4, -8
  for (const char* name : {"t1_clean", "flair_clean"}) CHECK(head.image(name).geometry == flair);
  for (const char* name : {"brain", "lesions"}) CHECK(head.mask(name).geometry == flair);
  CHECK(head.mask("t1_brain").geometry == t1);
}

TEST_CASE("raw_head: the axes, the tilt and the centre of a scan are as asked for") {
  const RawHead head(unmoved(coarse({{"flair_axes", std::string("RSA")},
                                     {"flair_tilt", Numbers{0, 0, 90}},
                                     {"flair_centre", Numbers{0, 0, 0}},
                                     {"flair_size", Sizes{61, 61, 61}}})));
  const Geometry& flair = head.image("flair").geometry;
  const std::array<double, 9> expected{0, 0, 1, -1, 0, 0, 0, 1, 0};  // right becomes front, up stays, front becomes left
  for (std::size_t i = 0; i < 9; ++i) CHECK(flair.direction[i] == doctest::Approx(expected[i]));
  CHECK(distance(place_of(flair, flair.index_of(30, 30, 30)), {0, 0, 0}) < 1e-9);
}

TEST_CASE("raw_head: images say what they are and where they came from; no image names a space") {
  const RawHead head(coarse({{"seed", std::int64_t{42}}}));
  CHECK(head.image("t1").facts.contrast == "T1w");
  CHECK(head.image("t1_clean").facts.contrast == "T1w");
  CHECK(head.image("flair").facts.contrast == "FLAIR");
  CHECK(head.image("flair_clean").facts.contrast == "FLAIR");
  for (const auto& name : kRawImages) {
    CHECK(head.image(name).facts.kind == kIntensity);
    CHECK(head.image(name).facts.space == "");
    CHECK(head.image(name).source == "raw phantom 42");
  }
  for (const auto& name : kRawMasks) CHECK(head.mask(name).facts.kind == kMask);
  CHECK(head.transform().source == "raw phantom 42");
}

TEST_CASE("raw_head: from the brain outwards there are fluid, dark bone, bright fat and air") {
  const RawHead head(clean(unmoved(medium())));
  const Volume& t1 = head.image("t1");
  double bone = 1000, fat = 0;
  for (double x = 66; x < 90; x += 0.5) {
    const double value = value_at(t1, {x, 0, 10});
    if (fat == 0) bone = std::min(bone, value);
    if (bone < 50) fat = std::max(fat, value);
  }
  CHECK(bone < 50);
  CHECK(fat > 80);
  CHECK(value_at(t1, {86.5, 0, 10}) == 0);
}

TEST_CASE("raw_head: the eyes are dark and lie in bright fat, in both images") {
  const RawHead head(clean(unmoved(medium())));
  for (const char* name : {"t1", "flair"})
    for (const double side : {-1.0, 1.0}) {
      CHECK(value_at(head.image(name), {side * 31, -73, -47}) < 35);
      CHECK(brightest_near(head.image(name), {side * 26, -54, -52}, 4) > 110);
    }
}

TEST_CASE("raw_head: clean images are 0 outside the brain and equal the raw FLAIR inside, without bias and noise") {
  const RawHead head(clean(coarse()));
  const auto& brain = head.mask("brain").voxels;
  const auto &raw = head.image("flair").voxels, &flair = head.image("flair_clean").voxels, &t1 = head.image("t1_clean").voxels;
  for (std::size_t i = 0; i < brain.size(); ++i) {
    REQUIRE(flair[i] == (brain[i] ? raw[i] : 0));
    REQUIRE((t1[i] > 0) == (brain[i] != 0));
  }
}

TEST_CASE("raw_head: clean images on a grid of 1 mm cover the FLAIR's field of view") {
  const RawHead head(coarse({{"clean_grid", std::string("1mm")}, {"flair_size", Sizes{42, 50, 20}}}));
  const Geometry &fine = head.image("flair_clean").geometry, &flair = head.image("flair").geometry;
  CHECK(fine.size == std::array<std::int64_t, 3>{168, 200, 120});
  CHECK(fine.spacing == std::array<double, 3>{1, 1, 1});
  CHECK(head.image("t1_clean").geometry == fine);
  for (std::size_t axis = 0; axis < 3; ++axis)
    CHECK(fine.origin[axis] - 0.5 == doctest::Approx(flair.origin[axis] - 0.5 * flair.spacing[axis]));
}

TEST_CASE("raw_head: lesions are dark in T1 and bright in FLAIR against what they replace") {
  const auto params = clean(coarse());
  NodeRunner::Values healthy = params;
  healthy.emplace_back("lesions", std::int64_t{0});
  const RawHead head(params), without(healthy);
  const auto& lesions = head.mask("lesions").voxels;
  double t1 = 0, flair = 0, count = 0;
  for (std::size_t i = 0; i < lesions.size(); ++i) {
    if (!lesions[i]) continue;
    count += 1;
    t1 += head.image("t1_clean").voxels[i] - without.image("t1_clean").voxels[i];
    flair += head.image("flair").voxels[i] - without.image("flair").voxels[i];
  }
  CHECK(head.runner.reports().at("lesion_voxels") == count);
  CHECK(t1 / count < -8);
  CHECK(flair / count > 20);
  const auto& none = without.mask("lesions").voxels;
  CHECK(std::count(none.begin(), none.end(), 1) == 0);
}

TEST_CASE("raw_head: the bias field multiplies by at most what was asked for and differs between the scans") {
  NodeRunner::Values uneven = coarse({{"noise", 0.0}, {"bias", 0.3}});
  const RawHead even(clean(coarse())), biased(uneven);
  std::vector<double> means;
  for (const char* name : {"t1", "flair"}) {
    const auto &before = even.image(name).voxels, &after = biased.image(name).voxels;
    double sum = 0, squares = 0, count = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!(before[i] > 0)) continue;
      const double field = std::log(double(after[i]) / before[i]);
      REQUIRE(std::abs(field) < 0.301);
      sum += field, squares += field * field, count += 1;
    }
    CHECK(std::sqrt(squares / count) > 0.03);
    means.push_back(sum / count);
  }
  CHECK(means[0] != means[1]);
}

TEST_CASE("raw_head: noise is Rician, also in the air") {
  const RawHead head(coarse({{"noise", 0.05}, {"bias", 0.0}}));
  const auto& t1 = head.image("t1");
  double sum = 0, count = 0;
  for (std::int64_t z = 0; z < 2; ++z)  // the outermost sagittal slices
    for (std::int64_t i = 0; i < 64 * 64; ++i) sum += t1.voxels[z * 64 * 64 + i], count += 1;
  CHECK(sum / count == doctest::Approx(5 * std::sqrt(std::acos(-1.0) / 2)).epsilon(0.03));  // Rayleigh's mean
}

TEST_CASE("raw_head: a pose that is given beside 'drawn' is refused") {
  const std::string error = error_of(coarse({{"rotation", Numbers{0, 5, 0}}}));
  CHECK(has(error, "'rotation' is given, but 'pose' is 'drawn'"));
  CHECK(has(error_of(coarse({{"translation", Numbers{0, 0, 1}}})), "set 'pose' to 'given'"));
}

TEST_CASE("raw_head: a field of view beside the head is refused") {
  const std::string flair = error_of(coarse({{"flair_centre", Numbers{0, 0, 400}}}));
  CHECK(has(flair, "no voxel of the image 'flair' is more than half brain"));
  CHECK(has(flair, "flair_centre"));
  CHECK(has(error_of(coarse({{"t1_centre", Numbers{-300, 0, 0}}})), "no voxel of the image 't1' is more than half brain"));
}

TEST_CASE("raw_head: a field of view that cuts the brain gives a warning") {
  const RawHead head(coarse({{"t1_centre", Numbers{0, 0, -110}}}));
  REQUIRE(head.runner.warnings().size() == 1);
  CHECK(has(head.runner.warnings().front(), "the edge of the image 't1' cuts the brain"));
}

TEST_CASE("raw_head: too many voxels are refused before any work") {
  CHECK(has(error_of({{"t1_size", Sizes{1024, 1024, 1024}}}), "parameter t1_size) would have 1024 x 1024 x 1024 voxels"));
  CHECK(has(error_of(coarse({{"clean_grid", std::string("1mm")}, {"flair_size", Sizes{300, 300, 300}}})),
            "clean images (parameter clean_grid) would have 1200 x 1200 x 1800 voxels"));
}

TEST_CASE("raw_head: parameters out of range are refused") {
  CHECK(error_of({{"t1_size", Sizes{0, 64, 64}}}) != "");
  CHECK(error_of({{"flair_size", Sizes{64, 64}}}) != "");
  CHECK(error_of({{"flair_spacing", Numbers{1, -1, 3}}}) != "");
  CHECK(error_of({{"flair_axes", std::string("RRS")}}) != "");
  CHECK(error_of({{"rotation_limit", -1.0}}) != "");
  CHECK(error_of({{"noise", std::nan("")}}) != "");
}

TEST_CASE("raw_head: images of one slice or one column are made, and say that they cut the brain") {
  const RawHead head(coarse({{"flair_size", Sizes{60, 64, 1}}, {"t1_size", Sizes{1, 64, 44}}}));
  CHECK(head.runner.warnings().size() == 2);
  CHECK(head.image("flair").voxels.size() == 60 * 64);
  CHECK(head.image("t1").voxels.size() == 64 * 44);
}

TEST_CASE("raw_head: very long voxels are averaged at no more than 16 points an axis") {
  const RawHead head(coarse({{"flair_spacing", Numbers{1, 4, 30}}, {"flair_size", Sizes{40, 60, 6}}}));
  const auto& flair = head.image("flair").voxels;
  CHECK(std::all_of(flair.begin(), flair.end(), [](float value) { return std::isfinite(value) && value >= 0; }));
}

TEST_CASE("raw_head: a cancelled run ends without images") {
  NodeRunner runner("phantom.raw_head", coarse());
  runner.cancel_after(3);
  runner.error_of_run();  // the runner reports that outputs are missing
  for (const auto& name : kRawImages) CHECK_THROWS_AS(runner.output_ptr(name), Error);
}
