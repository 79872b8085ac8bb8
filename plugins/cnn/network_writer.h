#pragma once

#include <string>
#include <vector>

#include "weights_file.h"

namespace flowrun::cnn {

enum class Pooling { average, max };

/// Writes checked weights as a TorchScript model that takes patches N x C x 15 x 15 x 15 (axes z, y, x) and gives N x 2
/// probabilities (not lesion, lesion), with a description of itself inside. The file appears whole or not at all. Throws Error
/// when it cannot be written.
///
/// The network: two convolutions 5 x 5 x 5 with zero padding and ReLU, each followed by pooling 2 x 2 x 2, a dense layer of 256
/// with ReLU, a dense layer of 2 with softmax (Cabezas et al., MSSEG challenge 2016; their text says max pooling, their code and
/// weights use the average). The file's kernels and the 3 x 3 x 3 map before the dense layer have axes x, y, z: both are turned
/// to z, y, x.
void write_network(const WeightsFile& weights, Pooling pooling, const std::vector<std::string>& channels,
                   const std::string& path);

}  // namespace flowrun::cnn
