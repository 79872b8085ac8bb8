// The metric against ITK's, and the search's parts.
#include <doctest/doctest.h>

#include <cmath>

#include "head_phantom.h"
#include "plugins/small_images.h"
#include "registration/mutual_information.h"
#include "registration/pose.h"
#include "registration/powell.h"
#include "registration/pyramid.h"
#ifdef FLOWRUN_TEST_WITH_ITK
#include <itkAffineTransform.h>
#include <itkMattesMutualInformationImageToImageMetricv4.h>

#include "itk_images.h"
#endif

namespace flowrun::testing {
namespace {

using namespace flowrun::registration;

/// Every voxel of an image is a sample.
Samples all_voxels(const Volume& image) {
  Samples samples;
  const Affine to_mm = voxels_to_mm(image.geometry);
  for (std::int64_t i = 0; i < image.geometry.voxel_count(); ++i) {
    const auto at = image.geometry.voxel_at(i);
    samples.points.push_back(mapped(to_mm, {static_cast<double>(at[0]), static_cast<double>(at[1]), static_cast<double>(at[2])}));
  }
  samples.values = image.voxels;
  return samples;
}

Volume coarse_head(const Contrast& contrast, Geometry grid, unsigned seed) {
  return head_image({.grid = grid, .contrast = contrast, .noise = 6, .seed = seed});
}

}  // namespace

#ifdef FLOWRUN_TEST_WITH_ITK
TEST_CASE("mutual_information: equals ITK's MattesMutualInformationImageToImageMetricv4 in several poses") {
  using Image = itk::Image<float, 3>;
  const Volume fixed = coarse_head(kLikeFlair, axial_grid(4, 6), 1), moving = coarse_head(kLikeT1, sagittal_grid(5), 2);
  const auto metric = itk::MattesMutualInformationImageToImageMetricv4<Image, Image>::New();
  const auto transform = itk::AffineTransform<double, 3>::New();
  metric->SetFixedImage(itk_image<float>(fixed.geometry, fixed.voxels));
  metric->SetMovingImage(itk_image<float>(moving.geometry, moving.voxels));
  metric->SetMovingTransform(transform);
  metric->SetNumberOfHistogramBins(40);
  metric->SetUseMovingImageGradientFilter(false);
  metric->SetUseFixedImageGradientFilter(false);
  metric->Initialize();
  const MutualInformation own(all_voxels(fixed), moving, {.bins = 40, .left_out = 0, .soft_edge = 0});
  for (const Point& degrees : {Point{0, 0, 0}, Point{3, -2, 5}, Point{-11, 4, 17}}) {
    const Affine map = pose(degrees, {1.3, -2.1, 0.7});
    itk::AffineTransform<double, 3>::ParametersType parameters(12);
    for (unsigned row = 0; row < 3; ++row) {
      for (unsigned column = 0; column < 3; ++column) parameters[3 * row + column] = map[4 * row + column];
      parameters[9 + row] = map[4 * row + 3];
    }
    transform->SetParameters(parameters);
    // ITK also counts places up to half a voxel beyond the outermost centres; the head's air there changes the third digit.
    CHECK(own.value(map, serial_work()) == doctest::Approx(-metric->GetValue()).epsilon(0.01));
  }
}
#endif

TEST_CASE("mutual_information: the same bits in whatever order the parts are computed") {
  const Volume fixed = coarse_head(kLikeFlair, axial_grid(5, 6), 1), moving = coarse_head(kLikeT1, axial_grid(5, 5), 2);
  const MutualInformation metric(all_voxels(fixed), moving, {});
  Work backwards = serial_work();
  backwards.parallel_for = [](std::int64_t count, const std::function<void(std::int64_t)>& task) {
    for (std::int64_t i = count; i-- > 0;) task(i);
  };
  const Affine map = pose({4, 5, 6}, {1, 2, 3});
  CHECK(metric.value(map, serial_work()) == metric.value(map, backwards));
}

TEST_CASE("mutual_information: with hardly any overlap the value is 0, the worst") {
  const Volume head = coarse_head(kLikeT1, axial_grid(5, 6), 1);
  const MutualInformation metric(all_voxels(head), head, {});
  CHECK(metric.value(shift_by({150, 0, 0}), serial_work()) == 0);
  CHECK(metric.value(shift_by({0, 0, 0}), serial_work()) > 1);
}

TEST_CASE("mutual_information: places far from the origin are no less exact") {
  Volume fixed = coarse_head(kLikeFlair, axial_grid(5, 6), 1), moving = fixed;
  const double near = MutualInformation(all_voxels(fixed), moving, {}).value(shift_by({0.3, 0.2, 0.1}), serial_work());
  for (Volume* image : {&fixed, &moving}) image->geometry.origin[0] += 1e6;
  const double far = MutualInformation(all_voxels(fixed), moving, {}).value(shift_by({0.3, 0.2, 0.1}), serial_work());
  CHECK(far == doctest::Approx(near).epsilon(1e-4));
}

TEST_CASE("powell: finds the lowest place of a bent valley") {
  Powell powell{.function = [](const std::vector<double>& at) {
    const double a = at[1] - at[0] * at[0] / 10, b = at[0] - 3;
    return 20 * a * a + b * b + std::abs(at[2] + 1);
  }};
  powell.tolerance = 1e-4, powell.most_rounds = 200;
  const Powell::Result found = powell.search({-4, 7, 5});
  CHECK(found.at[0] == doctest::Approx(3).epsilon(0.01));
  CHECK(found.at[1] == doctest::Approx(0.9).epsilon(0.01));
  CHECK(found.at[2] == doctest::Approx(-1).epsilon(0.01));
}

TEST_CASE("powell: a function of one value everywhere ends at the start") {
  const Powell powell{.function = [](const std::vector<double>&) { return 1.0; }};
  CHECK(powell.search({2, 3}).value == 1);
}

TEST_CASE("coarser: keeps the first voxel's place, a constant and the sum, and blurs thick slices less") {
  Volume image = random_volume({.size = {20, 20, 9}, .spacing = {1, 1, 3}}, 3);
  for (float& value : image.voxels) value = 5;
  image.voxels[static_cast<std::size_t>(image.geometry.index_of(10, 10, 4))] = 105;
  const Volume blurred = coarser(image, 1, 0, serial_work()), thinned = coarser(image, 1, 2, serial_work());
  CHECK(thinned.geometry.size == std::array<std::int64_t, 3>{10, 10, 9});
  CHECK(thinned.geometry.spacing == std::array<double, 3>{2, 2, 3});
  CHECK(thinned.geometry.origin == image.geometry.origin);
  CHECK(blurred.voxels[0] == doctest::Approx(5));
  double sum = 0;
  for (const float value : blurred.voxels) sum += static_cast<double>(value) - 5;
  CHECK(sum == doctest::Approx(100).epsilon(1e-3));
  const auto at = [&](std::int64_t x, std::int64_t z) {
    return blurred.voxels[static_cast<std::size_t>(blurred.geometry.index_of(x, 10, z))] - 5;
  };
  CHECK(at(11, 4) > 10);
  CHECK(at(10, 5) < 1);
}

}  // namespace flowrun::testing
