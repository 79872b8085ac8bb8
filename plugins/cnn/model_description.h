#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace flowrun::cnn {

/// What a model says about itself, in the extra file "flowrun.json" inside the TorchScript archive:
///   {"format": 1, "network": "...", "input": {"channels": ["FLAIR", "T1"], "size": [15, 15, 15]}, "output": {"classes": ["a",
///   "b"]}}
/// All but "format" may be missing; keys that are not known are left alone.
struct ModelDescription {
  std::string network;                        ///< a few words for people
  std::vector<std::string> channels;          ///< of a patch, in order; empty: not said
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< of a patch along x, y, z in voxels; zeros: not said
  std::vector<std::string> classes;           ///< the K scores in order; empty: not said
};

/// Reads the text; an empty one gives an empty description. It is not trusted: throws Error, naming the model's file `path`.
ModelDescription parse_description(const std::string& text, const std::string& path);

std::string to_text(const ModelDescription& description);

}  // namespace flowrun::cnn
