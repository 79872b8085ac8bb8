#include "finite.h"

#include <algorithm>
#include <cmath>

#include "common/grid/inputs.h"
#include "flowrun/sdk/error.h"

namespace flowrun::intensity {

void require_finite(const Volume& volume, const std::string& reason) {
  const std::string name = grid::name_of(volume.source, "volume");
  if (volume.voxels.empty()) throw Error("'" + name + "' has no voxels; look at what made it");
  const auto wrong = [](float value) { return !std::isfinite(value); };
  const auto first = std::find_if(volume.voxels.begin(), volume.voxels.end(), wrong);
  if (first == volume.voxels.end()) return;
  const auto [x, y, z] = volume.geometry.voxel_at(first - volume.voxels.begin());
  throw Error(std::to_string(std::count_if(first, volume.voxels.end(), wrong)) + " voxels of '" + name +
              "' are NaN or infinite, the first at (" + std::to_string(x) + ", " + std::to_string(y) + ", " + std::to_string(z) +
              "), so " + reason + "; repair the image first");
}

}  // namespace flowrun::intensity
