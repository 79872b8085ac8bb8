// Checks that nodes make of the images they are given. Header only, standard library only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
    throw Error("'" + name_of(image.source, port) + "' contains " + std::to_string(held) + " values, but its grid has " +
                std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]) +
                " voxels; the plugin that made it is at fault");
}

/// Throws Error when a spacing is not above 0 and finite: a distance in mm then means nothing.
template <class Image>
void require_spacing(const Image& image, std::string_view port) {
  for (const double spacing : image.geometry.spacing)
    if (!(spacing > 0) || !std::isfinite(spacing))
      throw Error("'" + name_of(image.source, port) + "' has a spacing of " + std::to_string(spacing) +
                  " mm, so a distance in mm means nothing; repair its header first");
}

/// Throws Error when both spaces are known and differ: voxels of one place in the grid are then not one place in the head.
inline void require_one_space(const ImageFacts& a, const std::string& name_a, const ImageFacts& b, const std::string& name_b) {
  if (!a.space.empty() && !b.space.empty() && a.space != b.space)
    throw Error("'" + name_a + "' is in the space '" + a.space + "', but '" + name_b + "' is in '" + b.space +
                "': their voxels do not belong together, whatever their grids are; bring one to the space of the other first "
                "(registration.resample_volume)");
}

/// Throws Error when two images are incomplete, not on one grid or in different spaces, naming both by source or port.
template <class ImageA, class ImageB>
void require_one_grid(const ImageA& a, std::string_view port_a, const ImageB& b, std::string_view port_b) {
  require_complete(a, port_a);
  require_complete(b, port_b);
  require_same_grid(a.geometry, name_of(a.source, port_a), b.geometry, name_of(b.source, port_b));
  require_one_space(a.facts, name_of(a.source, port_a), b.facts, name_of(b.source, port_b));
}

/// A map of probabilities, all `background`, on the grid of a list of voxels and in the space of an image that they belong to.
inline Volume probability_map(const VoxelList& list, const Volume& image, float background = 0) {
  Volume map;
  map.geometry = list.geometry;
  const auto count = static_cast<std::size_t>(map.geometry.voxel_count());
  reserve_large(map.voxels, count);
  map.voxels.assign(count, background);
  map.source = list.source;
  map.facts.space = image.facts.space;
  map.facts.kind = kProbability;
  return map;
}

/// The contrast of each channel; empty where it is not known.
inline std::vector<std::string> contrasts_of(const std::vector<const Volume*>& volumes) {
  std::vector<std::string> contrasts;
  for (const Volume* volume : volumes) contrasts.push_back(volume->facts.contrast);
  return contrasts;
}

/// The volumes of port `port`, one a channel, beside a list of voxels: at least one, each complete, all on the list's grid and in
/// one space; else Error.
inline void require_channels(const std::vector<const Volume*>& volumes, std::string_view port, const VoxelList& list) {
  if (volumes.empty())
    throw Error("nothing is connected to input '" + std::string(port) +
                "'; connect at least one volume, in the order of channels");
  const std::string list_name = name_of(list.source, "voxels");
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const std::string name = std::string(port) + "[" + std::to_string(i) + "]";
    require_complete(*volumes[i], name);
    require_same_grid(volumes[i]->geometry, name_of(volumes[i]->source, name), list.geometry, list_name);
    require_one_space(volumes.front()->facts, name_of(volumes.front()->source, std::string(port) + "[0]"), volumes[i]->facts,
                      name_of(volumes[i]->source, name));
  }
}

}  // namespace flowrun::grid
