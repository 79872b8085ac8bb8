#pragma once

#include <functional>
#include <optional>

#include "blob.h"
#include "random.h"

namespace flowrun::phantom {

/// A head with its voxels: what one needs to find places in it.
struct Head {
  const HeadGrid& grid;
  const HeadShape& shape;
  const TissueMaps& tissues;
};

/// A random voxel's centre that is at least 0.7 of `home` tissue and pleases `fits`. When none is found in a good while, one that
/// only has the tissue; none when there is no such tissue either.
std::optional<Vec> find_place(const Head& head, Random& random, Home home, const std::function<bool(const HeadPoint&)>& fits);

/// Unit vector along which `distance` grows fastest at a place.
Vec uphill(const HeadShape& shape, Vec at, float HeadPoint::*distance);

}  // namespace flowrun::phantom
