// Checks that nodes make of the images they are given. Header only, standard library only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::grid {

/// How messages speak of a payload: by its source, or by the port it came in at when it has none.
inline std::string name_of(const std::string& source, std::string_view port) {
  return source.empty() ? "input " + std::string(port) : source;
}

/// Throws Error when an image (Volume or Mask) does not hold one value for each voxel of its geometry, so that a loop over one
/// image may index another of the same grid. Only a faulty plugin makes such an image.
template <class Image>
void require_complete(const Image& image, std::string_view port) {
  const auto& size = image.geometry.size;
  const bool negative = std::any_of(size.begin(), size.end(), [](std::int64_t axis) { return axis < 0; });
  const auto held = static_cast<std::int64_t>(image.voxels.size());
  if (negative || held != image.geometry.voxel_count())
    throw Error("'" + name_of(image.source, port) + "' holds " + std::to_string(held) + " values, but its grid has " +
                std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]) +
                " voxels; the plugin that made it is at fault");
}

/// Throws Error when two images are incomplete or not on one grid, naming both by source or port.
template <class ImageA, class ImageB>
void require_one_grid(const ImageA& a, std::string_view port_a, const ImageB& b, std::string_view port_b) {
  require_complete(a, port_a);
  require_complete(b, port_b);
  require_same_grid(a.geometry, name_of(a.source, port_a), b.geometry, name_of(b.source, port_b));
}

}  // namespace flowrun::grid
