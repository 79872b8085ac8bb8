// flowrun's images as ITK's, for comparison with ITK's own classes.
#pragma once

#include <itkImage.h>

#include <algorithm>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

template <class Pixel, class Values>
typename itk::Image<Pixel, 3>::Pointer itk_image(const Geometry& grid, const Values& values) {
  const auto image = itk::Image<Pixel, 3>::New();
  itk::Size<3> size;
  itk::Matrix<double, 3, 3> direction;
  for (unsigned axis = 0; axis < 3; ++axis) {
    size[axis] = static_cast<itk::SizeValueType>(grid.size[axis]);
    for (unsigned row = 0; row < 3; ++row) direction[row][axis] = grid.direction[3 * row + axis];
  }
  image->SetRegions(size);
  image->SetSpacing(grid.spacing.data());
  image->SetOrigin(grid.origin.data());
  image->SetDirection(direction);
  image->Allocate();
  std::copy(values.begin(), values.end(), image->GetBufferPointer());
  return image;
}

}  // namespace flowrun::testing
