#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flowrun::testing {

/// Writes pickles of protocol 2 as Python 2 and numpy wrote the published weights: an ordered dictionary from layer names to
/// lists of float32 arrays. The pieces are public, so that a test can put them together wrongly.
class PickleWriter {
 public:
  struct Array {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
  };
  using Layers = std::vector<std::pair<std::string, std::vector<Array>>>;

  static std::string weights(const Layers& layers);

  static std::string integer(std::int64_t value);
  static std::string text(const std::string& bytes);
  static std::string global(const std::string& module, const std::string& name);
  static std::string array(const Array& array);
  /// An array with any shape, type, order and data, whether they fit or not.
  static std::string array(const std::vector<std::int64_t>& shape, const std::string& type, bool fortran,
                           const std::string& bytes);
  static std::string weights_of(const std::vector<std::pair<std::string, std::string>>& layers);  ///< name -> pickled list items
};

}  // namespace flowrun::testing
