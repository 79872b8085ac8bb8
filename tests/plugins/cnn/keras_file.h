#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flowrun::testing {

/// Arrays of a network of nicMSlesions by "layer/name" ("conv1_1/kernel"), in C order of the file's axes.
struct KerasArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};
using KerasArrays = std::map<std::string, KerasArray>;

/// Weights of the published structure, the same each time, such that the probabilities are neither 0 nor 1.
KerasArrays made_up_keras_weights(std::int64_t channels = 2);

/// How a file is to differ from what Keras writes.
enum class Oddity { none, compressed, doubles, soft_link, external_link, newest_form, no_backend, external_values };

/// Writes a file by HDF5's own library, as Keras lays it out: LAYER/LAYER/name with backend theano, LAYER/LAYER_1/name:0 else.
void write_keras_file(const std::string& path, const KerasArrays& arrays, const std::string& backend,
                      Oddity oddity = Oddity::none);

/// The network computed by plain loops in double precision on axes x, y, z (z fastest), batch normalisation as a layer of its
/// own: the reference for the import. `patch` is C x 11 x 11 x 11 in x, y, z; `flipped`: true convolutions. Gives both
/// probabilities.
std::array<double, 2> direct_keras_network(const KerasArrays& arrays, const std::vector<float>& patch, bool flipped);

}  // namespace flowrun::testing
