#include "node_types.h"

#include <cmath>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr VariadicInput<Volume> kMaps{"maps", "A map for each class, in the order of the classes, on one grid"};
constexpr OptionalInput<Mask> kRegion{"region", "Voxels that get a label, on the maps' grid; missing: all"};
constexpr Output<Labels> kLabels{"labels", "The number of the class with the highest value, on the same grid"};

using Maps = std::vector<const Volume*>;

void check(const Maps& maps, const Mask* region, std::size_t names) {
  if (maps.size() < 2)
    throw Error("input 'maps' has " + std::to_string(maps.size()) + " of at least 2 maps; connect one for each class");
  for (std::size_t i = 1; i < maps.size(); ++i)
    grid::require_one_grid(*maps.front(), "maps[0]", *maps[i], "maps[" + std::to_string(i) + "]");
  if (region) grid::require_one_grid(*maps.front(), "maps[0]", *region, "region");
  if (names > 0 && names != maps.size())
    throw Error("parameter 'classes' has " + std::to_string(names) + " names, but input 'maps' has " +
                std::to_string(maps.size()) + " maps; give a name for each, in their order");
}

/// The first of the highest; NaN is never highest.
std::int32_t highest(const Maps& maps, std::size_t voxel) {
  std::int32_t best = 0;
  float value = maps[0]->voxels[voxel];
  for (std::size_t i = 1; i < maps.size(); ++i) {
    const float other = maps[i]->voxels[voxel];
    if (!(other > value) && !std::isnan(value)) continue;
    if (std::isnan(other)) continue;
    best = static_cast<std::int32_t>(i);
    value = other;
  }
  return best;
}

class Argmax : public Node {
 public:
  void process(Context& context) override {
    const Maps maps = context.in(kMaps);
    const Mask* region = context.in(kRegion);
    const std::vector<std::string>& names = context.params().texts("classes");
    check(maps, region, names.size());
    const auto first = static_cast<std::int32_t>(context.params().integer("first"));
    Labels labels = image_like<Labels>(*maps.front(), flowrun::kLabels);
    labels.facts.contrast.clear();
    for (std::size_t i = 0; i < labels.voxels.size(); ++i)
      if (!region || region->voxels[i]) labels.voxels[i] = first + highest(maps, i);
    for (std::size_t i = 0; i < names.size(); ++i) labels.names[first + static_cast<std::int32_t>(i)] = names[i];
    labels.names.erase(0);  // the background
    context.emit(kLabels, std::move(labels));
  }
};

}  // namespace

NodeType argmax_type() {
  NodeType type;
  type.name = "segment.argmax";
  type.summary = "The class with the highest value at each voxel, from a map for each class";
  type.details =
      "The maps are those of the classes in their order; the first has the label 'first' (0: it is the background), the others "
      "the "
      "numbers behind it. Of equal values the first map wins; NaN never wins. With 'region' voxels outside of it get 0. "
      "'classes' names "
      "the labels.\n\n"
      "Errors: fewer than two maps; maps or region on different grids; another number of names than of maps.";
  type.inputs = {kMaps, kRegion};
  type.outputs = {kLabels};
  type.params = {{.name = "first",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{0},
                  .help = "Label of the first map",
                  .min = 0,
                  .max = 1},
                 {.name = "classes",
                  .type = ParamType::strings,
                  .default_value = std::vector<std::string>{},
                  .help = "Names of the classes, in the order of the maps; empty: none"}};
  type.concurrent = true;
  type.create = create_node<Argmax>;
  return type;
}

}  // namespace flowrun::segment
