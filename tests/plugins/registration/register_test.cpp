#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "flowrun/testing/node_runner.h"
#include "head_phantom.h"
#include "plugins/small_images.h"
#include "registration/affine.h"

namespace flowrun::testing {
namespace {

using registration::Affine;
using registration::inverse;

/// A FLAIR of 3 mm slices, and T1s of the same head in other poses and grids.
Scan flair_scan() { return {.grid = axial_grid(0.9, 3), .contrast = kLikeFlair, .seed = 2}; }
Scan t1_scan(const Affine& to_head) { return {.grid = sagittal_grid(1.5), .to_head = to_head, .seed = 3}; }

const Volume& flair() {
  static const Volume volume = head_image(flair_scan());
  return volume;
}

/// A small pair for tests of the contract.
const Volume& coarse_fixed() {
  static const Volume volume = head_image({.grid = axial_grid(3, 4), .contrast = kLikeFlair, .seed = 2});
  return volume;
}
const Volume& coarse_moving() {
  static const Volume volume = head_image({.grid = axial_grid(3, 3), .to_head = pose({3, 4, 5}, {4, 5, 6}), .seed = 3});
  return volume;
}

Point random_inside(std::mt19937& random, double radius) {
  std::uniform_real_distribution<double> number(-1, 1);
  for (;;) {
    const Point at{radius * number(random), radius * number(random), radius * number(random)};
    if (std::hypot(at[0], at[1], at[2]) <= radius) return at;
  }
}

std::string error_with(Volume fixed, Volume moving) {
  NodeRunner runner("registration.rigid");
  return runner.input("fixed", std::move(fixed)).input("moving", std::move(moving)).error_of_run();
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("registration.rigid: finds poses of up to 20 degrees and 30 mm to 0.3 mm at the corners, with 3 mm slices") {
  std::mt19937 random(11);
  for (int i = 0; i < 3; ++i) {
    const Affine to_head = pose(random_inside(random, 20), random_inside(random, 30));
    NodeRunner runner("registration.rigid", R"({"check_halves": false})");
    runner.threads(2).input("fixed", flair()).input("moving", head_image(t1_scan(to_head))).run();
    const double error = corner_distance(runner.output<Transform>("transform").matrix(), inverse(to_head));
    MESSAGE("corners " << error << " mm");
    CHECK(error < 0.3);
    CHECK(runner.warnings().empty());
    CHECK(runner.reports().at("starts_agreeing") >= 2);
    CHECK(runner.reports().at("metric") > runner.reports().at("metric_before"));
    CHECK(runner.output<Volume>("moved").geometry == flair().geometry);
  }
}

TEST_CASE("registration.rigid: halves of the head agree at the right place, and the masks overlap") {
  const Affine to_head = pose({5, -8, 11}, {10, -12, 7});
  const Scan scan = t1_scan(to_head);
  NodeRunner runner("registration.rigid");
  runner.threads(2).input("fixed", flair()).input("moving", head_image(scan));
  runner.input("fixed_mask", head_brain(flair_scan())).input("moving_mask", head_brain(scan)).run();
  CHECK(runner.reports().at("halves_mm") < 1);
  CHECK(runner.reports().at("overlap") > 0.97);
  CHECK(runner.reports().at("doubts") == 0);
  CHECK(runner.warnings().empty());
}

TEST_CASE("registration.rigid: another head is doubted, and on_doubt fail ends the case") {
  Scan other = t1_scan(pose({5, -8, 11}, {10, -12, 7}));
  other.brain_scale = 1.12;
  const Volume moving = head_image(other);
  NodeRunner runner("registration.rigid");
  runner.threads(2).input("fixed", flair()).input("moving", moving);
  runner.input("fixed_mask", head_brain(flair_scan())).input("moving_mask", head_brain(other)).run();
  MESSAGE("halves " << runner.reports().at("halves_mm") << " mm, overlap " << runner.reports().at("overlap"));
  REQUIRE(runner.warnings().size() == 1);
  CHECK(has(runner.warnings()[0], "may be aligned wrongly"));
  CHECK(has(runner.warnings()[0], "overlap with a Dice of"));
  NodeRunner failing("registration.rigid", R"({"on_doubt": "fail", "check_halves": false})");
  failing.threads(2).input("fixed", flair()).input("moving", moving);
  failing.input("fixed_mask", head_brain(flair_scan())).input("moving_mask", head_brain(other));
  CHECK(has(failing.error_of_run(), "may be aligned wrongly"));
}

TEST_CASE("registration.rigid: an initial transform that is 60 degrees off does no harm") {
  const Affine to_head = pose({5, -8, 11}, {10, -12, 7});
  NodeRunner runner("registration.rigid", R"({"check_halves": false})");
  runner.threads(2).input("fixed", flair()).input("moving", head_image(t1_scan(to_head)));
  runner.input("initial", affine_transform(pose({0, 60, 0}, {0, 0, 0}))).run();
  CHECK(corner_distance(runner.output<Transform>("transform").matrix(), inverse(to_head)) < 0.3);
}

TEST_CASE("registration.affine: finds a stretched head to 0.5 mm at the corners") {
  Affine to_head = pose({4, -6, 3}, {6, 5, -8});
  for (std::size_t row = 0; row < 3; ++row) to_head[4 * row] *= 1.04, to_head[4 * row + 2] *= 0.97;
  NodeRunner runner("registration.affine", R"({"check_halves": false})");
  runner.threads(2).input("fixed", flair()).input("moving", head_image(t1_scan(to_head))).run();
  const double error = corner_distance(runner.output<Transform>("transform").matrix(), inverse(to_head));
  MESSAGE("corners " << error << " mm");
  CHECK(error < 0.5);
}

TEST_CASE("registration.rigid: the same bits for 1 and 3 threads") {
  std::vector<std::array<double, 12>> matrices;
  std::vector<double> halves;
  for (const int threads : {1, 3}) {
    NodeRunner runner("registration.rigid");
    runner.threads(threads).input("fixed", coarse_fixed()).input("moving", coarse_moving()).run();
    matrices.push_back(runner.output<Transform>("transform").matrix());
    halves.push_back(runner.reports().at("halves_mm"));
  }
  CHECK(matrices[0] == matrices[1]);
  CHECK(halves[0] == halves[1]);
}

TEST_CASE("registration.rigid: spaces go from the fixed to the moving image, 'space' names the fixed one") {
  Volume fixed = coarse_fixed(), moving = coarse_moving();
  moving.facts.space = "t1", moving.facts.contrast = "T1w";
  NodeRunner runner("registration.rigid", R"({"check_halves": false, "space": "flair", "outside": -1})");
  runner.input("fixed", fixed).input("moving", moving).run();
  const Transform& transform = runner.output<Transform>("transform");
  CHECK(transform.from == "flair");
  CHECK(transform.to == "t1");
  const Volume& moved = runner.output<Volume>("moved");
  CHECK(moved.facts.space == "flair");
  CHECK(moved.facts.contrast == "T1w");
  CHECK(std::count(moved.voxels.begin(), moved.voxels.end(), -1.0F) > 0);
}

TEST_CASE("registration.rigid: images that cannot be registered are refused with a sentence") {
  Volume flat = coarse_moving(), odd = coarse_moving();
  std::fill(flat.voxels.begin(), flat.voxels.end(), 7.0F);
  odd.voxels[5] = NAN;
  CHECK(has(error_with(coarse_fixed(), flat), "practically one value"));
  CHECK(has(error_with(odd, coarse_moving()), "a value that is not finite at voxel (5, 0, 0)"));
  CHECK(has(error_with(random_volume(small_grid(60, 60, 1), 1), coarse_moving()), "1 voxels (3 mm) along axis z"));
  CHECK(has(error_with(coarse_fixed(), volume_of({}, Geometry{.size = {0, 4, 4}}, "none.nii")), "'none.nii' has no voxel"));
}

TEST_CASE("registration.rigid: masks and initial transforms that do not fit are refused with a sentence") {
  const Volume &fixed = coarse_fixed(), &moving = coarse_moving();
  const auto error_of = [&](const std::string& port, auto payload) {
    NodeRunner runner("registration.rigid", R"({"check_halves": false})");
    return runner.input("fixed", fixed).input("moving", moving).input(port, std::move(payload)).error_of_run();
  };
  CHECK(has(error_of("fixed_mask", random_mask(small_grid(3, 3, 3), 0.5, 1)), "are not on one grid"));
  CHECK(has(error_of("moving_mask", random_mask(small_grid(3, 3, 3), 0.5, 1)), "are not on one grid"));
  Transform displacing;
  displacing.steps.push_back({.grid = {.size = {1, 1, 1}}, .displacement = {1, 1, 1}});
  CHECK(has(error_of("initial", displacing), "is not affine"));
  CHECK(has(error_of("initial", affine_transform({NAN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0})), "not finite"));
  NodeRunner empty("registration.rigid", R"({"check_halves": false})");
  empty.input("fixed", fixed).input("moving", moving);
  empty.input("fixed_mask", image_like<Mask>(fixed)).input("moving_mask", image_like<Mask>(moving));
  CHECK(has(empty.error_of_run(), "has no voxel inside"));
  NodeRunner region("registration.rigid", R"({"sample_in_mask": true})");
  region.input("fixed", fixed).input("moving", moving);
  CHECK(has(region.error_of_run(), "no mask is connected to 'fixed_mask'"));
  region.input("fixed_mask", image_like<Mask>(fixed));
  CHECK(has(region.error_of_run(), "has no voxel inside"));
  Volume named = fixed;
  named.facts.space = "flair";
  NodeRunner spaces("registration.rigid");
  spaces.input("fixed", named).input("moving", moving).input("initial", affine_transform(TransformStep().matrix, "t1", ""));
  CHECK(has(spaces.error_of_run(), "starts from space 't1', but 'head.nii' is in space 'flair'"));
}

TEST_CASE("registration.rigid: noise without any object ends with a doubt, not with a crash") {
  NodeRunner runner("registration.rigid");
  runner.input("fixed", random_volume({.size = {30, 30, 30}}, 1)).input("moving", random_volume({.size = {30, 30, 30}}, 2)).run();
  CHECK(runner.warnings().size() == 1);
}

TEST_CASE("registration.rigid: a cancelled firing returns early") {
  NodeRunner runner("registration.rigid");
  runner.input("fixed", coarse_fixed()).input("moving", coarse_moving());
  runner.cancel_after(3);
  runner.error_of_run();
  CHECK(runner.reports().empty());
}

}  // namespace flowrun::testing
