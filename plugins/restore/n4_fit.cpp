#include "n4_fit.h"

#include <itkCommand.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>
#include <itkShrinkImageFilter.h>

#include <algorithm>
#include <string>

#include "common/grid/inputs.h"
#include "flowrun/sdk/error.h"

namespace flowrun::restore {
namespace {

using FloatImage = itk::Image<float, 3>;
using MaskImage = itk::Image<std::uint8_t, 3>;
using Filter = itk::N4BiasFieldCorrectionImageFilter<FloatImage, MaskImage, FloatImage>;

/// Every filter that N4 makes inside takes ITK's default.
void use_one_thread() { itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1); }

/// The image as ITK's, over the same voxels: ITK reads them only.
template <class ItkImage, class Image>
typename ItkImage::Pointer itk_image(const Image& image) {
  using Pixel = typename ItkImage::PixelType;
  const Geometry& grid = image.geometry;
  typename ItkImage::SizeType size;
  typename ItkImage::PointType origin;
  typename ItkImage::SpacingType spacing;
  typename ItkImage::DirectionType direction;
  for (unsigned axis = 0; axis < 3; ++axis) {
    size[axis] = static_cast<itk::SizeValueType>(grid.size[axis]);
    origin[axis] = grid.origin[axis];
    spacing[axis] = grid.spacing[axis];
    for (unsigned row = 0; row < 3; ++row) direction(row, axis) = grid.direction[3 * row + axis];
  }
  const auto result = ItkImage::New();
  result->SetRegions(size);
  result->SetOrigin(origin);
  result->SetSpacing(spacing);
  result->SetDirection(direction);
  result->GetPixelContainer()->SetImportPointer(const_cast<Pixel*>(image.voxels.data()), image.voxels.size(), false);
  return result;
}

template <class Image, class ItkImage>
Image from_itk(const ItkImage& found, const Image& like) {
  Image result;
  const auto size = found.GetLargestPossibleRegion().GetSize();
  for (unsigned axis = 0; axis < 3; ++axis) {
    result.geometry.size[axis] = static_cast<std::int64_t>(size[axis]);
    result.geometry.spacing[axis] = found.GetSpacing()[axis];
    result.geometry.origin[axis] = found.GetOrigin()[axis];
  }
  result.geometry.direction = like.geometry.direction;
  const auto* first = found.GetBufferPointer();
  result.voxels.assign(first, first + result.geometry.voxel_count());
  result.source = like.source;
  return result;
}

/// Runs what calls ITK; its exceptions become an Error with ITK's sentence.
template <class Work>
auto with_itk(const std::string& source, Work work) {
  try {
    use_one_thread();
    return work();
  } catch (const itk::ExceptionObject& refusal) {
    std::string reason = refusal.GetDescription();
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    throw Error("ITK refuses '" + grid::name_of(source, "volume") + "': " + reason);
  }
}

template <class ItkImage, class Image>
Image shrunken_by_itk(const Image& image, unsigned factor) {
  return with_itk(image.source, [&] {
    const auto shrinker = itk::ShrinkImageFilter<ItkImage, ItkImage>::New();
    const auto input = itk_image<ItkImage>(image);
    shrinker->SetInput(input);
    shrinker->SetShrinkFactors(factor);
    shrinker->Update();
    return from_itk(*shrinker->GetOutput(), image);
  });
}

/// Hands N4's iterations on, and ends the filter by ITK's own exception when they are not wanted any more.
class Iterations : public itk::Command {
 public:
  using Self = Iterations;
  using Pointer = itk::SmartPointer<Self>;
  itkFactorylessNewMacro(Self);

  void watch(const OnIteration& on_iteration) { on_iteration_ = &on_iteration; }
  void Execute(itk::Object* caller, const itk::EventObject& event) override {
    Execute(const_cast<const itk::Object*>(caller), event);
  }
  void Execute(const itk::Object* caller, const itk::EventObject&) override {
    const auto& filter = static_cast<const Filter&>(*caller);
    if (!(*on_iteration_)(filter.GetCurrentLevel(), filter.GetElapsedIterations() - 1))
      throw itk::ProcessAborted(__FILE__, __LINE__);
  }

 private:
  const OnIteration* on_iteration_ = nullptr;
};

Filter::Pointer filter_for(const N4Settings& settings) {
  const auto filter = Filter::New();
  const auto levels = settings.iterations.size();
  Filter::VariableSizeArrayType iterations(static_cast<itk::SizeValueType>(levels));
  for (std::size_t level = 0; level < levels; ++level) iterations[static_cast<unsigned>(level)] = settings.iterations[level];
  Filter::ArrayType points;
  for (unsigned axis = 0; axis < 3; ++axis) points[axis] = settings.control_points[axis];
  filter->SetMaximumNumberOfIterations(iterations);
  filter->SetNumberOfFittingLevels(static_cast<unsigned>(levels));
  filter->SetNumberOfControlPoints(points);
  filter->SetConvergenceThreshold(static_cast<float>(settings.convergence_threshold));
  filter->SetNumberOfHistogramBins(settings.histogram_bins);
  filter->SetBiasFieldFullWidthAtHalfMaximum(static_cast<float>(settings.fwhm));
  filter->SetWienerFilterNoise(static_cast<float>(settings.wiener_noise));
  return filter;
}

Lattice lattice_of(const Filter& filter) {
  Lattice lattice;
  const auto* found = filter.GetLogBiasFieldControlPointLattice();
  const auto region = found->GetLargestPossibleRegion();
  for (unsigned axis = 0; axis < 3; ++axis) lattice.size[axis] = static_cast<std::int64_t>(region.GetSize()[axis]);
  lattice.values.reserve(region.GetNumberOfPixels());
  for (itk::SizeValueType i = 0; i < region.GetNumberOfPixels(); ++i) lattice.values.push_back(found->GetBufferPointer()[i][0]);
  return lattice;
}

}  // namespace

Volume shrunken(const Volume& volume, unsigned factor) { return shrunken_by_itk<FloatImage>(volume, factor); }
Mask shrunken(const Mask& mask, unsigned factor) { return shrunken_by_itk<MaskImage>(mask, factor); }

Lattice fit_log_field(const Volume& volume, const Mask& mask, const N4Settings& settings, const OnIteration& on_iteration) {
  return with_itk(volume.source, [&] {
    const auto filter = filter_for(settings);
    const auto image = itk_image<FloatImage>(volume);
    const auto inside = itk_image<MaskImage>(mask);
    filter->SetInput(image);
    filter->SetMaskImage(inside);
    const auto iterations = Iterations::New();
    iterations->watch(on_iteration);
    filter->AddObserver(itk::IterationEvent(), iterations);
    try {
      filter->Update();
    } catch (const itk::ProcessAborted&) {
      return Lattice{};
    }
    return lattice_of(*filter);
  });
}

}  // namespace flowrun::restore
