#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hdf5_reader.h"

namespace flowrun::cnn {

/// One layer that has weights, and the shapes that they must have in the file.
struct KerasRule {
  std::string layer;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> arrays;  ///< "kernel" and its shape
};

/// The layers of the network of nicMSlesions (Valverde et al., NeuroImage 2017) for `channels` images, in their order.
std::vector<KerasRule> nicmslesions_rules(std::int64_t channels);

/// Weights as Keras 2 saves them: HDF5 data sets LAYER/SCOPE/NAME or LAYER/SCOPE/NAME:0, and an attribute `backend`.
class KerasWeights {
 public:
  /// Reads the bytes of a file, which are not trusted. Throws Error, naming the file.
  KerasWeights(const std::string& path, std::string file);
  KerasWeights(const KerasWeights&) = delete;  // its arrays are views of its bytes
  KerasWeights& operator=(const KerasWeights&) = delete;

  const std::string& path() const { return path_; }
  /// Whether its kernels are of true convolutions (backend theano), which PyTorch has the other way round along each axis.
  bool kernels_are_flipped() const { return backend_ == "theano"; }

  /// Checks that it has the arrays of the rules, of their shapes and finite, and no others; variances not below 0. Throws Error,
  /// naming the file and what does not fit. `images` are the names of the channels, for the message.
  void check(const std::vector<KerasRule>& rules, const std::vector<std::string>& images) const;

  /// An array that was checked: conv1_1, kernel.
  const hdf5::DataSet& array(const std::string& layer, const std::string& name) const { return arrays_.at({layer, name}); }

 private:
  std::string path_;
  std::string file_;
  std::string backend_;
  std::map<std::pair<std::string, std::string>, hdf5::DataSet> arrays_;
};

}  // namespace flowrun::cnn
