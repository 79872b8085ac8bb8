#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/network/network.h"
#include "common/network/spacing.h"

namespace flowrun::network {

/// What a model says about itself, in the extra file "flowrun.json" inside the TorchScript archive:
///   {"format": 1, "network": "...", "input": {"channels": ["FLAIR", "T1"], "size": [15, 15, 15], "axes": "LAS",
///    "spacing": [1, 1, [1, 3]]}, "output": {"classes": ["a", "b"]}}
/// All but "format" may be missing; keys that are not known are left alone. "network" is a few words, or the layers as
/// parse_network reads them; these have to fit the channels, the size and the classes where those are given. A network of several
/// views has "views" in the place of "size", a list of sizes; the layers say them too.
struct ModelDescription {
  std::string network;                        ///< a few words for people: the text, or the name of the layers
  std::vector<std::string> channels;          ///< of a patch, in order; empty: not said
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< of a patch along x, y, z in voxels; zeros: not said
  std::string axes;  ///< the sides that x, y and z of its images run towards, as grid/axes.h words them; empty: not said
  SpacingRange spacing;  ///< voxel sizes of its images; in the text a number of mm for each axis, or the smallest and the largest
  std::vector<std::string> classes;  ///< the K scores in order; empty: not said
  std::optional<Network> structure;  ///< the layers, where "network" says them
  std::vector<Size3> views;          ///< sizes of the patches around one voxel, in their order; empty: one patch

  /// Axes along which the network looks at neighbours, as far as it is known; of the others the voxel sizes do not matter.
  Looks looks() const;
};

/// Reads the text; an empty one gives an empty description. It is not trusted: throws Error, naming the model's file `path`.
ModelDescription parse_description(const std::string& text, const std::string& path);

/// The JSON text of a description. `more` is the text of an object whose keys are added ("training", "licence"); empty: none.
std::string to_text(const ModelDescription& description, const std::string& more = "");

}  // namespace flowrun::network
