#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/pickle/values.h"

namespace flowrun::cnn {

/// An array of float32 in C order (the last axis runs fastest), little-endian, as the file contains it.
struct ArrayView {
  std::vector<std::int64_t> shape;
  std::string_view bytes;  ///< 4 for each value; not aligned
};

struct Layer {
  std::string name;
  std::vector<ArrayView> arrays;
};

/// The layers of a network as its authors pickled them: an ordered dictionary from layer name to a list of arrays.
class WeightsFile {
 public:
  /// Reads the bytes of a file, a pickle of protocol 2 or 3, which is not trusted and of which nothing is run. Throws Error,
  /// naming the file.
  WeightsFile(const std::string& path, std::string file);

  const std::string& path() const { return path_; }
  const std::vector<Layer>& layers() const { return layers_; }
  const Layer* find(std::string_view name) const;

 private:
  std::string path_;
  struct Bytes {
    std::string file;
    pickle::Store store;
  };
  std::unique_ptr<Bytes> bytes_;  ///< stays where it is: layers are views of it
  std::vector<Layer> layers_;
};

}  // namespace flowrun::cnn
