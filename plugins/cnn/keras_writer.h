#pragma once

#include <string>
#include <vector>

#include "keras_weights.h"

namespace flowrun::cnn {

/// Writes checked weights of nicMSlesions as a TorchScript model that takes patches N x C x 11 x 11 x 11 (axes z, y, x) and gives
/// N x 2 probabilities (not lesion, lesion), with a description of itself inside. The file appears whole or not at all. Throws
/// Error when it cannot be written.
///
/// The network (Valverde et al., NeuroImage 2017): two convolutions 3 x 3 x 3 of 32 channels, max pooling 2, two of 64, max
/// pooling 2, dense layers of 256, 128, 64 and 2, softmax. Behind each convolution stands batch normalisation (epsilon 1e-3),
/// which is folded into the convolution's weights in double precision, and PReLU with a slope for each channel and position;
/// behind each dense layer PReLU with a slope for each value. The file's kernels, slopes and the 2 x 2 x 2 map before the dense
/// layers have axes x, y, z; all are turned to z, y, x. Kernels of a true convolution (backend theano) are flipped along each
/// axis.
void write_keras_network(const KerasWeights& weights, const std::vector<std::string>& channels, const std::string& path);

}  // namespace flowrun::cnn
