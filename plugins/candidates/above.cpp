#include "node_types.h"

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::candidates {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image, in sd when it was normalised"};
constexpr OptionalInput<Mask> kMask{"mask", "Voxels outside it are never candidates; on the volume's grid"};
constexpr Output<VoxelList> kVoxels{"voxels", "The candidates, on the volume's grid"};

template <class Chosen>
std::vector<std::int64_t> indices_where(std::size_t count, Chosen chosen) {
  std::vector<std::int64_t> indices;
  for (std::size_t i = 0; i < count; ++i)
    if (chosen(i)) indices.push_back(static_cast<std::int64_t>(i));
  return indices;
}

class Above : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    const Mask* mask = context.in(kMask);
    const bool every = context.params().text("select") == "every";
    if (mask) grid::require_one_grid(volume, "volume", *mask, "mask");
    if (every && !mask)
      throw Error(
          "parameter 'select' is 'every', which takes each voxel of the mask, but nothing is connected to input 'mask';"
          " connect a mask or set 'select' to \"above\"");
    const double threshold = context.params().number("threshold");

    const auto inside = [&](std::size_t i) { return !mask || mask->voxels[i] != 0; };
    const auto above = [&](std::size_t i) { return every || volume.voxels[i] > threshold; };
    VoxelList list;
    list.geometry = volume.geometry;
    list.source = volume.source;
    list.voxels = indices_where(volume.voxels.size(), [&](std::size_t i) { return above(i) && inside(i); });
    context.report("candidates", static_cast<double>(list.voxels.size()));
    context.emit(kVoxels, std::move(list));
  }
};

}  // namespace

NodeType above_type() {
  NodeType type;
  type.name = "candidates.above";
  type.summary = "The voxels above a threshold: those worth a look by a network";
  type.details =
      "Lists the voxels whose value is greater than the threshold (equal is not above; NaN never is), inside the mask when "
      "one is connected, in ascending order of index. With select=every the threshold is not looked at: each voxel of the "
      "mask is listed.\n\n"
      "Source: Cabezas et al., MSSEG challenge 2016, takes the voxels of the normalised FLAIR above 1.5 sd as candidates. On "
      "real heads that gate keeps 33 to 47 % of the lesion voxels; 0.5 sd keeps 95 to 97 % of them and a third of the "
      "brain.\n\n"
      "An empty list is valid: the stages behind it get no patches and the result is empty. Errors: the mask is on another "
      "grid; 'select' is every and no mask is connected. Reports candidates, the length of the list.";
  type.inputs = {kVolume, kMask};
  type.outputs = {kVoxels};
  type.params = {{.name = "threshold",
                  .default_value = 1.5,
                  .help = "A voxel with a greater value than this is a candidate",
                  .unit = "sd",
                  .per_case = true},
                 {.name = "select",
                  .type = ParamType::choice,
                  .default_value = std::string("above"),
                  .help = "Which voxels: those above the threshold, or every voxel of the mask",
                  .choices = {"above", "every"}}};
  type.concurrent = true;
  type.create = create_node<Above>;
  return type;
}

}  // namespace flowrun::candidates
