#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun {

class Session;

/// Reads images by the node io.read_volume, as a run reads them: the program knows no image format itself.
class ImageReader {
 public:
  /// The registry must outlive this object. Throws Error where the plugin 'io' is missing.
  explicit ImageReader(Registry& registry);
  ~ImageReader();
  ImageReader(const ImageReader&) = delete;
  ImageReader& operator=(const ImageReader&) = delete;

  struct Image {
    std::shared_ptr<const Volume> volume;
    std::vector<std::string> warnings;  ///< of the reader
  };
  /// NaN becomes 0, and axes that are not at right angles are resampled. Throws Error, a sentence, for what is no image that can
  /// be read.
  Image read(const std::filesystem::path& file);

 private:
  std::unique_ptr<Session> session_;
};

}  // namespace flowrun
