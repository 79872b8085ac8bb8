// What the nodes that cut patches have in common.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "flowrun/sdk/parameters.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::patches {

/// How patches are cut.
struct Layout {
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< voxels along x, y, z, odd
  float padding = 0;                          ///< of voxels outside of the volumes
};

/// size and padding.
std::vector<ParamSpec> layout_params();
/// Throws Error for a size that is not three odd numbers.
Layout layout_of(const Params& params);

/// Throws Error where so many patches would take more than 4 GiB; says which parameter to lower.
void require_affordable(const Layout& layout, std::int64_t count, std::size_t channels);

/// Cuts the patches around the batch's voxels, which lie in the volumes' grid; a batch that was cancelled is incomplete.
void cut(PatchBatch& batch, const std::vector<const Volume*>& volumes, const Layout& layout,
         const std::function<bool()>& cancelled);

}  // namespace flowrun::patches
