// Checks of what comes in that the nodes of this plugin share.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "common/grid/inputs.h"
#include "flowrun/sdk/context.h"
#include "work.h"

namespace flowrun::registration {

/// Throws Error when an image has no voxel, not as many values as voxels, or a spacing that is no positive number.
template <class Image>
void require_image(const Image& image, std::string_view port) {
  grid::require_complete(image, port);
  const std::string name = "'" + grid::name_of(image.source, port) + "'";
  if (image.voxels.empty()) throw Error(name + " has no voxel");
  for (const double spacing : image.geometry.spacing)
    if (!(spacing > 0 && std::isfinite(spacing))) throw Error(name + " has a spacing of " + std::to_string(spacing) + " mm");
  for (const double place : image.geometry.origin)
    if (!std::isfinite(place)) throw Error(name + " has an origin that is not finite");
}

/// A firing's threads and progress.
inline Work work_of(Context& context) {
  return {[&context](std::int64_t count, const std::function<void(std::int64_t)>& task) { context.parallel_for(count, task); },
          [&context] { return context.cancelled(); }, [&context](double fraction) { context.progress(fraction); }};
}

}  // namespace flowrun::registration
