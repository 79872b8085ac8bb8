#pragma once

#include <cstdint>

#include "weights_file.h"

namespace flowrun::cnn {

/// Checks that a file has the patch network of Cabezas et al. (MSSEG challenge 2016) for `channels` input images: the layers
/// conv1_1, conv2_1, l1 and out, each with weights and biases of the published shapes (axes x, y, z), all values finite. Layers
/// without arrays (pooling, dropout) may be there. Throws Error, naming the file and every fault.
void check_weights(const WeightsFile& weights, std::int64_t channels);

}  // namespace flowrun::cnn
