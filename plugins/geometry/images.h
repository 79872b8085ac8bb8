// What the nodes of this plugin share.
#pragma once

#include <string>
#include <string_view>

#include "common/grid/axes.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::geometry {

/// The port of an image, and the word for it in names and texts.
template <class Image>
inline constexpr std::string_view kPort = "volume";
template <>
inline constexpr std::string_view kPort<Mask> = "mask";

template <class Image>
Image turned_image(const Image& image, const grid::Turn& turn) {
  Image result;
  result.geometry = grid::turned(image.geometry, turn);
  result.voxels = grid::turned(image.voxels, image.geometry, turn);
  result.source = image.source;
  result.facts = image.facts;
  return result;
}

}  // namespace flowrun::geometry
