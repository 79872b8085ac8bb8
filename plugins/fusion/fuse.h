// What the nodes of this plugin share: one value a voxel from the values of all volumes there.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::fusion {

inline constexpr VariadicInput<Volume> kVolumes{"volumes", "Maps to be joined, on one grid"};
inline constexpr Output<Volume> kVolume{"volume", "The joined map, on the first volume's grid"};

/// The volumes of port 'volumes': at least one, all on the first one's grid, else Error.
inline std::vector<const Volume*> volumes_on_one_grid(const Context& context) {
  const auto volumes = context.in(kVolumes);
  if (volumes.empty()) throw Error("nothing is connected to input 'volumes'; connect at least one volume");
  for (std::size_t i = 0; i < volumes.size(); ++i)
    grid::require_one_grid(*volumes.front(), "volumes[0]", *volumes[i], "volumes[" + std::to_string(i) + "]");
  return volumes;
}

/// Emits the volume of combine(values), where values are those of one voxel in the order of the volumes.
template <class Combine>
void fuse(Context& context, Combine combine) {
  const auto volumes = volumes_on_one_grid(context);
  Volume result = image_like<Volume>(*volumes.front());
  std::vector<float> values(volumes.size());
  for (std::size_t i = 0; i < result.voxels.size(); ++i) {
    for (std::size_t k = 0; k < volumes.size(); ++k) values[k] = volumes[k]->voxels[i];
    result.voxels[i] = combine(std::span<const float>(values));
  }
  context.emit(kVolume, std::move(result));
}

/// A node type of this plugin: all have the same ports and no parameters.
inline NodeType fusion_type(std::string name, std::string summary, const std::string& details) {
  NodeType type;
  type.name = std::move(name);
  type.summary = std::move(summary);
  type.details = details +
                 "\n\n"
                 "Any number of volumes from one up, all on one grid; else an error that names both and what differs. A voxel "
                 "that is NaN in one volume is NaN in the result, so that a fault upstream stays visible. The result has the "
                 "grid of the first volume.";
  type.inputs = {kVolumes};
  type.outputs = {kVolume};
  type.concurrent = true;
  return type;
}

}  // namespace flowrun::fusion
