#include "plugins/restore/n4_by_itk.h"

#include <itkBSplineControlPointImageFilter.h>
#include <itkImageRegionIterator.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>
#include <itkShrinkImageFilter.h>

#include <cmath>

namespace flowrun::testing {
namespace {

using FloatImage = itk::Image<float, 3>;
using MaskImage = itk::Image<unsigned char, 3>;
using Corrector = itk::N4BiasFieldCorrectionImageFilter<FloatImage, MaskImage, FloatImage>;
using Spline = itk::BSplineControlPointImageFilter<Corrector::BiasFieldControlPointLatticeType, Corrector::ScalarImageType>;

template <class Image, class Voxels>
typename Image::Pointer image_of(const Voxels& voxels, const Geometry& grid) {
  auto image = Image::New();
  typename Image::SizeType size;
  typename Image::SpacingType spacing;
  typename Image::PointType origin;
  typename Image::DirectionType direction;
  for (unsigned i = 0; i < 3; ++i) {
    size[i] = static_cast<itk::SizeValueType>(grid.size[i]);
    spacing[i] = grid.spacing[i];
    origin[i] = grid.origin[i];
    for (unsigned j = 0; j < 3; ++j) direction(i, j) = grid.direction[3 * i + j];
  }
  image->SetRegions(size);
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->SetDirection(direction);
  image->Allocate();
  itk::ImageRegionIterator<Image> to(image, image->GetLargestPossibleRegion());
  for (const auto voxel : voxels) to.Set(voxel), ++to;
  return image;
}

template <class Image>
typename Image::Pointer shrunken(Image* image, unsigned factor) {
  auto shrink = itk::ShrinkImageFilter<Image, Image>::New();
  shrink->SetInput(image);
  shrink->SetShrinkFactors(factor);
  shrink->Update();
  return shrink->GetOutput();
}

Corrector::Pointer corrected(FloatImage* image, MaskImage* mask, const N4Arguments& arguments) {
  auto filter = Corrector::New();
  filter->SetInput(image);
  filter->SetMaskImage(mask);
  const auto levels = static_cast<unsigned>(arguments.iterations.size());
  Corrector::VariableSizeArrayType iterations(levels);
  for (unsigned i = 0; i < levels; ++i) iterations[i] = arguments.iterations[i];
  filter->SetMaximumNumberOfIterations(iterations);
  filter->SetNumberOfFittingLevels(levels);
  Corrector::ArrayType points;
  for (unsigned i = 0; i < 3; ++i) points[i] = arguments.control_points[i];
  filter->SetNumberOfControlPoints(points);
  filter->SetConvergenceThreshold(static_cast<float>(arguments.convergence_threshold));
  filter->SetNumberOfHistogramBins(arguments.histogram_bins);
  filter->SetBiasFieldFullWidthAtHalfMaximum(static_cast<float>(arguments.fwhm));
  filter->SetWienerFilterNoise(static_cast<float>(arguments.wiener_noise));
  filter->Update();
  return filter;
}

}  // namespace

N4Result n4_by_itk(const Volume& volume, const Mask& mask, const N4Arguments& arguments) {
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  const auto image = image_of<FloatImage>(volume.voxels, volume.geometry);
  const auto inside = image_of<MaskImage>(mask.voxels, mask.geometry);
  const auto small = shrunken<FloatImage>(image, arguments.shrink_factor);
  const auto small_mask = shrunken<MaskImage>(inside, arguments.shrink_factor);
  const auto filter = corrected(small, small_mask, arguments);
  auto spline = Spline::New();
  spline->SetInput(filter->GetLogBiasFieldControlPointLattice());
  spline->SetSplineOrder(3);
  spline->SetSize(image->GetLargestPossibleRegion().GetSize());
  spline->SetOrigin(image->GetOrigin());
  spline->SetSpacing(image->GetSpacing());
  spline->SetDirection(image->GetDirection());
  spline->Update();
  N4Result result;
  itk::ImageRegionIterator<Corrector::ScalarImageType> field(spline->GetOutput(),
                                                             spline->GetOutput()->GetLargestPossibleRegion());
  for (const float voxel : volume.voxels) {
    result.log_field.push_back(field.Get()[0]);
    result.corrected.push_back(voxel / std::exp(field.Get()[0]));
    ++field;
  }
  return result;
}

}  // namespace flowrun::testing
