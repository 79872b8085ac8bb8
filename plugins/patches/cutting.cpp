#include "cutting.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "common/grid/patch.h"
#include "flowrun/sdk/error.h"

namespace flowrun::patches {
namespace {

constexpr double kMostChunkBytes = 4.0 * 1024 * 1024 * 1024;

double bytes_per_patch(const Layout& layout, std::size_t channels) {  // double: a product of wild sizes must not wrap round
  return 4.0 * static_cast<double>(channels) * static_cast<double>(layout.size[0]) * static_cast<double>(layout.size[1]) *
         static_cast<double>(layout.size[2]);
}

std::string size_words(const std::array<std::int64_t, 3>& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

void require_odd(const std::array<std::int64_t, 3>& size) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (size[axis] < 1 || size[axis] % 2 == 0)
      throw Error("parameter 'size' is " + std::to_string(size[axis]) + " along " + "xyz"[axis] +
                  "; a patch is centred on a voxel, so each size must be odd and at least 1");
}

}  // namespace

std::vector<ParamSpec> layout_params() {
  return {{.name = "size",
           .type = ParamType::integers,
           .default_value = std::vector<std::int64_t>{15, 15, 15},
           .help = "Size of a patch along x, y and z, each odd; 1 along an axis for flat patches",
           .min = 1,
           .unit = "voxels",
           .length = 3},
          {.name = "padding", .default_value = 0.0, .help = "Value of the patch voxels that lie outside the volume"}};
}

Layout layout_of(const Params& params) {
  const auto& size = params.integers("size");
  if (size.size() != 3)
    throw Error("parameter 'size' has " + std::to_string(size.size()) + " numbers, but needs 3: voxels along x, y and z");
  Layout layout;
  std::copy(size.begin(), size.end(), layout.size.begin());
  require_odd(layout.size);
  layout.padding = static_cast<float>(params.number("padding"));
  return layout;
}

void require_affordable(const Layout& layout, std::int64_t count, std::size_t channels) {
  const double patch = bytes_per_patch(layout, channels), bytes = patch * static_cast<double>(count);
  if (bytes <= kMostChunkBytes) return;
  char gib[32];
  std::snprintf(gib, sizeof gib, "%.3g", bytes / kMostChunkBytes * 4);
  const std::string advice =
      patch > kMostChunkBytes
          ? "lower parameter 'size'"
          : "lower parameter 'chunk' to " + std::to_string(static_cast<std::int64_t>(kMostChunkBytes / patch)) + " or less";
  throw Error("a chunk of " + std::to_string(count) + " patches of " + std::to_string(channels) + " channels and " +
              size_words(layout.size) + " voxels needs " + gib + " GiB, but 4 GiB is the most; " + advice);
}

void cut(PatchBatch& batch, const std::vector<const Volume*>& volumes, const Layout& layout,
         const std::function<bool()>& cancelled) {
  batch.channels = static_cast<std::int64_t>(volumes.size());
  batch.size = layout.size;
  const std::int64_t per_channel = layout.size[0] * layout.size[1] * layout.size[2];
  batch.values.assign(static_cast<std::size_t>(batch.count() * batch.values_per_patch()), layout.padding);
  float* patch = batch.values.data();
  for (const std::int64_t index : batch.voxels) {
    if (cancelled()) return;
    const auto centre = batch.geometry.voxel_at(index);
    for (const Volume* volume : volumes) {
      grid::copy_patch(*volume, centre, layout.size, patch);
      patch += per_channel;
    }
  }
}

}  // namespace flowrun::patches
