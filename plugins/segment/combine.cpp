#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr VariadicInput<Mask> kMasks{"masks", "Masks on one grid"};
constexpr Output<Mask> kCombined{"mask", "1 in the voxels that all of them have, or any, on the same grid"};

class Combine : public Node {
 public:
  void process(Context& context) override {
    const std::vector<const Mask*> masks = context.in(kMasks);
    if (masks.empty()) throw Error("nothing is connected to input 'masks'; connect at least one mask");
    for (std::size_t i = 0; i < masks.size(); ++i)
      grid::require_one_grid(*masks.front(), "masks[0]", *masks[i], "masks[" + std::to_string(i) + "]");
    const bool all = context.params().text("keep") == "all";
    Mask result = image_like<Mask>(*masks.front());
    for (std::size_t i = 0; i < result.voxels.size(); ++i) {
      const auto has = [i](const Mask* mask) { return mask->voxels[i] != 0; };
      result.voxels[i] = all ? std::all_of(masks.begin(), masks.end(), has) : std::any_of(masks.begin(), masks.end(), has);
    }
    report_sizes(context, masks, result);
    context.emit(kCombined, std::move(result));
  }

 private:
  /// Dice of two masks says how far they agree.
  static void report_sizes(Context& context, const std::vector<const Mask*>& masks, const Mask& result) {
    const auto count = [](const Mask& mask) {
      return static_cast<double>(mask.voxels.size()) - static_cast<double>(std::count(mask.voxels.begin(), mask.voxels.end(), 0));
    };
    context.report("volume_ml", count(result) * result.geometry.voxel_volume() / 1000);
    if (masks.size() != 2) return;
    double both = 0;
    for (std::size_t i = 0; i < result.voxels.size(); ++i) both += masks[0]->voxels[i] != 0 && masks[1]->voxels[i] != 0;
    const double sum = count(*masks[0]) + count(*masks[1]);
    if (sum > 0) context.report("dice", 2 * both / sum);
  }
};

}  // namespace

NodeType combine_type() {
  NodeType type;
  type.name = "segment.combine";
  type.summary = "The voxels that all of several masks have, or any of them";
  type.details =
      "Voxel by voxel: inside (1) where every mask is inside (keep \"all\"), or where at least one is (\"any\"). Two estimates "
      "of one "
      "thing, such as the brain on the T1 and on the FLAIR, have less outside of it in common than each alone. Reports volume_ml "
      "and, "
      "of two masks, dice, which says how far they agree. Errors: masks on different grids or in different spaces.";
  type.inputs = {kMasks};
  type.outputs = {kCombined};
  type.params = {{.name = "keep",
                  .type = ParamType::choice,
                  .default_value = std::string("all"),
                  .help = "Voxels that are kept: those of all masks, or of any",
                  .choices = {"all", "any"}}};
  type.concurrent = true;
  type.create = create_node<Combine>;
  return type;
}

}  // namespace flowrun::segment
