#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "cutting.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "node_types.h"

namespace flowrun::patches {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images to cut from, one a channel, on one grid", Scope::per_case};
constexpr Input<PatchBatch> kAround{"around", "A chunk of patches, around whose voxels others are cut"};
constexpr Output<PatchBatch> kPatches{"patches", "The patches around the same voxels, in their order"};

class ExtractLike : public Node {
 public:
  void open(OpenContext& context) override { layout_ = layout_of(context.params()); }

  void process(Context& context) override {
    const PatchBatch& around = context.in(kAround);
    const auto volumes = context.in(kVolumes);
    VoxelList list;
    list.geometry = around.geometry;
    list.source = "the chunk of patches";
    grid::require_channels(volumes, kVolumes.name, list);
    for (const std::int64_t index : around.voxels) grid::require_inside(around.geometry, index, "the chunk of patches");
    require_affordable(layout_, around.count(), volumes.size());
    PatchBatch batch;
    batch.geometry = around.geometry;
    batch.voxels = around.voxels;
    cut(batch, volumes, layout_, [&] { return context.cancelled(); });
    context.emit(kPatches, std::move(batch));
  }

 private:
  Layout layout_;  ///< only read after open
};

}  // namespace

NodeType extract_like_type() {
  NodeType type;
  type.name = "patches.extract_like";
  type.summary = "Patches of another size, or from other images, around the voxels of a chunk of patches";
  type.details =
      "Cuts a box of 'size' voxels around each voxel of a chunk, as patches.extract does. So a network gets several views of a "
      "voxel: patches.extract cuts the first, a node of this type each of the others, and cnn.stage takes them all in the order "
      "of the network's views. Each view has its own size and may be flat in another plane (1 voxel along z: axial, along y: "
      "coronal, along x: sagittal), and no patch is larger than its view.\n\n"
      "Memory of a chunk: patches x channels x size x 4 bytes, for each view. Errors: as patches.extract.";
  type.inputs = {kVolumes, kAround};
  type.outputs = {kPatches};
  type.params = layout_params();
  type.concurrent = true;
  type.create = create_node<ExtractLike>;
  return type;
}

}  // namespace flowrun::patches
