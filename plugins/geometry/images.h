// What the nodes of this plugin share.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "common/grid/axes.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::geometry {

/// The port of an image, and the word for it in names and texts.
template <class Image>
inline constexpr std::string_view kPort = "volume";
template <>
inline constexpr std::string_view kPort<Mask> = "mask";
template <>
inline constexpr std::string_view kPort<Labels> = "labels";

template <class Image>
Image turned_image(const Image& image, const grid::Turn& turn) {
  Image result;
  result.geometry = grid::turned(image.geometry, turn);
  result.voxels = grid::turned(image.voxels, image.geometry, turn);
  result.source = image.source;
  result.facts = image.facts;
  if constexpr (std::is_same_v<Image, Labels>) result.names = image.names;
  return result;
}

}  // namespace flowrun::geometry
