// registration.resample_* against ITK's ResampleImageFilter, used directly.
#ifdef FLOWRUN_TEST_WITH_ITK
#include <doctest/doctest.h>
#include <itkAffineTransform.h>
#include <itkBSplineInterpolateImageFunction.h>
#include <itkDisplacementFieldTransform.h>
#include <itkLinearInterpolateImageFunction.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>
#include <itkWindowedSincInterpolateImageFunction.h>

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/transform.h"
#include "flowrun/testing/node_runner.h"
#include "itk_images.h"
#include "plugins/small_images.h"
#include "registration/voxel_map.h"

namespace flowrun::testing {
namespace {

using Image = itk::Image<float, 3>;

/// Smooth and asymmetric, with a little noise.
Volume blobs() {
  Geometry grid = small_grid(23, 19, 11);
  Volume volume = random_volume(grid, 5);
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) {
    const auto at = grid.voxel_at(static_cast<std::int64_t>(i));
    volume.voxels[i] = 100 * std::sin(0.4F * static_cast<float>(at[0])) * std::cos(0.3F * static_cast<float>(at[1])) +
                       20 * static_cast<float>(at[2]) + 5 * volume.voxels[i];
  }
  return volume;
}

Volume reference() {
  Volume volume;
  volume.geometry = {.size = {20, 17, 15},
                     .spacing = {1.1, 0.9, 1.7},
                     .origin = {-25, 4, 38},
                     .direction = {0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1}};
  volume.voxels.resize(static_cast<std::size_t>(volume.geometry.voxel_count()));
  return volume;
}

const std::array<double, 12> kTurn{0.98, -0.1, 0.05, 3.2, 0.11, 1.02, -0.04, -2.1, -0.03, 0.06, 0.97, 1.3};

itk::AffineTransform<double, 3>::Pointer itk_turn() {
  const auto transform = itk::AffineTransform<double, 3>::New();
  itk::AffineTransform<double, 3>::ParametersType parameters(12);
  for (unsigned row = 0; row < 3; ++row) {
    for (unsigned column = 0; column < 3; ++column) parameters[3 * row + column] = kTurn[4 * row + column];
    parameters[9 + row] = kTurn[4 * row + 3];
  }
  transform->SetParameters(parameters);
  return transform;
}

template <class Interpolator>
std::vector<float> by_itk(const Volume& moving, const Geometry& grid, const itk::Transform<double, 3, 3>* transform) {
  using Filter = itk::ResampleImageFilter<Image, Image>;
  const auto filter = Filter::New();
  const auto interpolator = Interpolator::New();
  filter->SetInput(itk_image<float>(moving.geometry, moving.voxels));
  filter->SetReferenceImage(itk_image<float>(grid, std::vector<float>(static_cast<std::size_t>(grid.voxel_count()))));
  filter->UseReferenceImageOn();
  filter->SetTransform(transform);
  filter->SetInterpolator(interpolator);
  filter->SetDefaultPixelValue(-7);
  filter->Update();
  const float* values = filter->GetOutput()->GetBufferPointer();
  return {values, values + grid.voxel_count()};
}

Volume by_node(const Volume& moving, const std::string& interpolation, const Transform& transform) {
  NodeRunner runner("registration.resample_volume", {{"interpolation", interpolation}, {"outside", -7.0}});
  runner.input("volume", moving).input("reference", reference()).input("transforms", transform).run();
  return runner.output<Volume>("volume");
}

void check_same(const Volume& found, const std::vector<float>& expected) {
  REQUIRE(found.voxels.size() == expected.size());
  double worst = 0;
  std::size_t inside = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(found.voxels[i]) - static_cast<double>(expected[i])));
    inside += expected[i] != -7;
  }
  CHECK(worst < 1e-4 * 400);  // the range of the image
  CHECK(inside > expected.size() / 5);
  CHECK(inside < expected.size());  // some voxels lie outside
}

}  // namespace

TEST_CASE("registration.resample_volume: linear equals ITK's ResampleImageFilter") {
  const Volume moving = blobs();
  check_same(by_node(moving, "linear", affine_transform(kTurn)),
             by_itk<itk::LinearInterpolateImageFunction<Image>>(moving, reference().geometry, itk_turn()));
}

TEST_CASE("registration.resample_volume: nearest equals ITK's ResampleImageFilter") {
  const Volume moving = blobs(), found = by_node(moving, "nearest", affine_transform(kTurn));
  const std::vector<float> expected =
      by_itk<itk::NearestNeighborInterpolateImageFunction<Image>>(moving, reference().geometry, itk_turn());
  // A place midway between two voxels may be rounded either way; nothing else may differ.
  const Transform turn = affine_transform(kTurn);
  const registration::VoxelMap map(reference().geometry, turn, moving.geometry);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (found.voxels[i] == expected[i]) continue;
    const auto voxel = reference().geometry.voxel_at(static_cast<std::int64_t>(i));
    const Point at = map(voxel[0], voxel[1], voxel[2]);
    double from_middle = 1;
    for (const double place : at) from_middle = std::min(from_middle, std::abs(place - std::floor(place) - 0.5));
    CHECK(from_middle < 1e-9);
  }
}

TEST_CASE("registration.resample_volume: bspline equals ITK's ResampleImageFilter") {
  const Volume moving = blobs();
  check_same(by_node(moving, "bspline", affine_transform(kTurn)),
             by_itk<itk::BSplineInterpolateImageFunction<Image>>(moving, reference().geometry, itk_turn()));
}

TEST_CASE("registration.resample_volume: windowed_sinc equals ITK's ResampleImageFilter") {
  const Volume moving = blobs();
  check_same(by_node(moving, "windowed_sinc", affine_transform(kTurn)),
             by_itk<itk::WindowedSincInterpolateImageFunction<Image, 4>>(moving, reference().geometry, itk_turn()));
}

TEST_CASE("registration.resample_volume: a displacement field equals ITK's DisplacementFieldTransform") {
  const Volume moving = blobs();
  const Geometry grid{.size = {9, 8, 7}, .spacing = {5, 6, 7}, .origin = {-40, -10, 30}};
  Transform transform;
  transform.steps.push_back({.grid = grid, .displacement = {}});
  using Field = itk::Image<itk::Vector<double, 3>, 3>;
  std::vector<itk::Vector<double, 3>> vectors;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    itk::Vector<double, 3> vector;
    for (unsigned k = 0; k < 3; ++k) {
      const auto along = static_cast<float>(std::sin(0.7 * static_cast<double>(i % 23) + k));
      transform.steps[0].displacement.push_back(along);
      vector[k] = static_cast<double>(along);
    }
    vectors.push_back(vector);
  }
  const Field::Pointer field = itk_image<itk::Vector<double, 3>>(grid, vectors);
  const auto displacement = itk::DisplacementFieldTransform<double, 3>::New();
  displacement->SetDisplacementField(field);
  check_same(by_node(moving, "linear", transform),
             by_itk<itk::LinearInterpolateImageFunction<Image>>(moving, reference().geometry, displacement));
}

}  // namespace flowrun::testing
#endif
