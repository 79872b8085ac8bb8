#include "node_types.h"

#include <algorithm>
#include <cstdio>

#include "common/grid/inputs.h"
#include "common/grid/patch.h"
#include "common/grid/voxels.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::patches {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images to cut from, one a channel, on one grid", Scope::per_case};
constexpr Input<VoxelList> kVoxels{"voxels", "Centres of the patches, on the volumes' grid", Scope::per_case};
constexpr StreamOutput<PatchBatch> kPatches{"patches", "Chunks of patches with their voxels, in the order of the list"};

constexpr double kMostChunkBytes = 4.0 * 1024 * 1024 * 1024;

struct Layout {
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< voxels along x, y, z, odd
  std::int64_t chunk = 0;
  float padding = 0;
  double bytes_per_patch(std::size_t channels) const {  // double: a product of wild sizes must not wrap round
    return 4.0 * static_cast<double>(channels) * static_cast<double>(size[0]) * static_cast<double>(size[1]) *
           static_cast<double>(size[2]);
  }
};

std::string size_words(const std::array<std::int64_t, 3>& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

void require_odd(const std::array<std::int64_t, 3>& size) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (size[axis] < 1 || size[axis] % 2 == 0)
      throw Error("parameter 'size' is " + std::to_string(size[axis]) + " along " + "xyz"[axis] +
                  "; a patch is centred on a voxel, so each size must be odd and at least 1");
}

void require_affordable(const Layout& layout, std::size_t channels) {
  const double patch = layout.bytes_per_patch(channels);
  const double bytes = patch * static_cast<double>(layout.chunk);
  if (bytes <= kMostChunkBytes) return;
  char gib[32];
  std::snprintf(gib, sizeof gib, "%.3g", bytes / kMostChunkBytes * 4);
  const std::string advice =
      patch > kMostChunkBytes
          ? "lower parameter 'size'"
          : "lower parameter 'chunk' to " + std::to_string(static_cast<std::int64_t>(kMostChunkBytes / patch)) + " or less";
  throw Error("a chunk of " + std::to_string(layout.chunk) + " patches of " + std::to_string(channels) + " channels and " +
              size_words(layout.size) + " voxels needs " + gib + " GiB, but 4 GiB is the most; " + advice);
}

class ExtractFiring : public Firing {
 public:
  ExtractFiring(const Context& context, const Layout& layout) : layout_(layout), voxels_(context.inputs(kVoxels.name).front()) {
    const auto volumes = context.inputs(kVolumes.name);
    volumes_.assign(volumes.begin(), volumes.end());
    check_inputs(context.in(kVolumes));
  }

  bool next(Context& context) override {
    const std::int64_t left = static_cast<std::int64_t>(list().voxels.size()) - done_;
    if (left == 0 || context.cancelled()) return false;
    const auto first = list().voxels.begin() + done_;
    const std::int64_t count = std::min(left, layout_.chunk);
    PatchBatch batch;
    batch.geometry = list().geometry;
    batch.voxels.assign(first, first + count);
    batch.channels = static_cast<std::int64_t>(volumes_.size());
    batch.size = layout_.size;
    fill(batch, context);
    done_ += count;
    context.emit(kPatches, std::move(batch));
    return true;
  }

  std::int64_t expected() const override {
    const auto count = static_cast<std::int64_t>(list().voxels.size());
    return count / layout_.chunk + (count % layout_.chunk != 0);
  }

 private:
  const VoxelList& list() const { return static_cast<const VoxelList&>(*voxels_); }

  void check_inputs(const std::vector<const Volume*>& volumes) const {
    require_affordable(layout_, volumes.size());
    grid::require_channels(volumes, kVolumes.name, list());
    const std::string owner = "the voxel list of '" + grid::name_of(list().source, "voxels") + "'";
    for (const std::int64_t index : list().voxels) grid::require_inside(list().geometry, index, owner);
  }

  void fill(PatchBatch& batch, const Context& context) const {
    const std::int64_t per_channel = layout_.size[0] * layout_.size[1] * layout_.size[2];
    batch.values.assign(static_cast<std::size_t>(batch.count() * batch.values_per_patch()), layout_.padding);
    float* patch = batch.values.data();
    for (const std::int64_t index : batch.voxels) {
      if (context.cancelled()) return;
      const auto centre = batch.geometry.voxel_at(index);
      for (const PayloadPtr& volume : volumes_) {
        grid::copy_patch(static_cast<const Volume&>(*volume), centre, layout_.size, patch);
        patch += per_channel;
      }
    }
  }

  Layout layout_;
  PayloadPtr voxels_;
  std::vector<PayloadPtr> volumes_;
  std::int64_t done_ = 0;
};

class Extract : public Node {
 public:
  void open(OpenContext& context) override {
    const auto& size = context.params().integers("size");
    if (size.size() != 3)
      throw Error("parameter 'size' has " + std::to_string(size.size()) + " numbers, but needs 3: voxels along x, y and z");
    std::copy(size.begin(), size.end(), layout_.size.begin());
    require_odd(layout_.size);
    layout_.chunk = context.params().integer("chunk");
    layout_.padding = static_cast<float>(context.params().number("padding"));
  }

  std::unique_ptr<Firing> begin(Context& context) override { return std::make_unique<ExtractFiring>(context, layout_); }

 private:
  Layout layout_;  ///< only read after open
};

std::vector<ParamSpec> params() {
  return {{.name = "size",
           .type = ParamType::integers,
           .default_value = std::vector<std::int64_t>{15, 15, 15},
           .help = "Size of a patch along x, y and z, each odd",
           .min = 1,
           .unit = "voxels",
           .length = 3},
          {.name = "chunk",
           .type = ParamType::integer,
           .default_value = std::int64_t{256},
           .help = "Patches in one item of the stream; more take more memory, and a chunk may not exceed 4 GiB",
           .min = 1,
           .unit = "patches"},
          {.name = "padding", .default_value = 0.0, .help = "Value of the patch voxels that lie outside the volume"}};
}

}  // namespace

NodeType extract_type() {
  NodeType type;
  type.name = "patches.extract";
  type.summary = "Patches around voxels, one channel for each volume, as a stream of chunks";
  type.details =
      "Cuts a box of 'size' voxels centred on each voxel of the list (index size/2, rounded down, on each axis) from each "
      "volume. Channels are the volumes in the order given: it must be the order that the network was trained with. Patches "
      "come in the order of the list, as N x C x D x H x W float32 with x fastest; the last chunk may be shorter. Voxels "
      "outside the volume get 'padding': 0, as in the published code of Cabezas et al. (MSSEG challenge 2016), is the mean of "
      "a normalised image.\n\n"
      "An empty list gives a stream without chunks. Memory of a chunk: chunk x channels x size x 4 bytes, 14 MB for 256 "
      "patches of 4 channels and 15 x 15 x 15 voxels.\n\n"
      "Errors: a size that is even or less than 1; volumes and voxel list not all on one grid (names both and what differs); "
      "a chunk of more than 4 GiB (says which parameter to lower); a voxel outside the grid.";
  type.inputs = {kVolumes, kVoxels};
  type.outputs = {kPatches};
  type.params = params();
  type.concurrent = true;
  type.create = create_node<Extract>;
  return type;
}

}  // namespace flowrun::patches
