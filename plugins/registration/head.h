#pragma once

#include <string>
#include <vector>

#include "affine.h"
#include "flowrun/sdk/payloads.h"
#include "work.h"

namespace flowrun::registration {

/// Where the object lies in an image, found by Otsu's threshold ("A threshold selection method from gray-level histograms", IEEE
/// Trans. SMC 1979) on a coarse copy.
struct Head {
  Point low{}, high{};   ///< the box: mm along the image's axes from its first voxel, without 0.5 % of the object at each side
  Point centre{};        ///< of the box, mm, LPS
  Point mass{};          ///< centre of mass of the values above the threshold, mm, LPS
  Point image_centre{};  ///< of the whole grid, mm, LPS
  float threshold = 0;   ///< values from here on are of the object
  std::vector<Point> corners;  ///< the box's eight, mm, LPS
};

/// Throws Error, naming the image, when all its voxels have one value. Cancelled: an empty answer.
Head find_head(const Volume& image, const std::string& name, const Work& work);

}  // namespace flowrun::registration
