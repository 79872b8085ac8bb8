#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "cutting.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::patches {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images to cut from, one a channel, on one grid", Scope::per_case};
constexpr Input<VoxelList> kVoxels{"voxels", "Centres of the patches, on the volumes' grid", Scope::per_case};
constexpr StreamOutput<PatchBatch> kPatches{"patches", "Chunks of patches with their voxels, in the order of the list"};

class ExtractFiring : public Firing {
 public:
  ExtractFiring(const Context& context, const Layout& layout, std::int64_t chunk)
      : layout_(layout), chunk_(chunk), voxels_(context.inputs(kVoxels.name).front()) {
    const auto volumes = context.inputs(kVolumes.name);
    volumes_.assign(volumes.begin(), volumes.end());
    check_inputs(context.in(kVolumes));
  }

  bool next(Context& context) override {
    const std::int64_t left = static_cast<std::int64_t>(list().voxels.size()) - done_;
    if (left == 0 || context.cancelled()) return false;
    const auto first = list().voxels.begin() + done_;
    const std::int64_t count = std::min(left, chunk_);
    PatchBatch batch;
    batch.geometry = list().geometry;
    batch.voxels.assign(first, first + count);
    std::vector<const Volume*> volumes;
    for (const PayloadPtr& volume : volumes_) volumes.push_back(static_cast<const Volume*>(volume.get()));
    cut(batch, volumes, layout_, [&] { return context.cancelled(); });
    done_ += count;
    context.emit(kPatches, std::move(batch));
    return true;
  }

  std::int64_t expected() const override {
    const auto count = static_cast<std::int64_t>(list().voxels.size());
    return count / chunk_ + (count % chunk_ != 0);
  }

 private:
  const VoxelList& list() const { return static_cast<const VoxelList&>(*voxels_); }

  void check_inputs(const std::vector<const Volume*>& volumes) const {
    require_affordable(layout_, chunk_, volumes.size());
    grid::require_channels(volumes, kVolumes.name, list());
    const std::string owner = "the voxel list of '" + grid::name_of(list().source, "voxels") + "'";
    for (const std::int64_t index : list().voxels) grid::require_inside(list().geometry, index, owner);
  }

  Layout layout_;
  std::int64_t chunk_;
  PayloadPtr voxels_;
  std::vector<PayloadPtr> volumes_;
  std::int64_t done_ = 0;
};

class Extract : public Node {
 public:
  void open(OpenContext& context) override {
    layout_ = layout_of(context.params());
    chunk_ = context.params().integer("chunk");
  }

  std::unique_ptr<Firing> begin(Context& context) override { return std::make_unique<ExtractFiring>(context, layout_, chunk_); }

 private:
  Layout layout_;  ///< only read after open, as the chunk
  std::int64_t chunk_ = 0;
};

std::vector<ParamSpec> params() {
  std::vector<ParamSpec> specs = layout_params();
  specs.insert(specs.begin() + 1,
               {.name = "chunk",
                .type = ParamType::integer,
                .default_value = std::int64_t{256},
                .help = "Patches in one item of the stream; more take more memory, and a chunk may not exceed 4 GiB",
                .min = 1,
                .unit = "patches"});
  return specs;
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
      "For a network of several views patches.extract_like cuts patches of other sizes around the same voxels.\n\n"
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
