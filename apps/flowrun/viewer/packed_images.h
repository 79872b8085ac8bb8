#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/case_record.h"
#include "viewer/image_reader.h"
#include "viewer/packed_layer.h"

namespace flowrun {

using LayerPtr = std::shared_ptr<const PackedLayer>;

/// Images as layers. A page that is made again and again has those packed that have changed, and no others.
class PackedImages {
 public:
  explicit PackedImages(Registry& registry) : registry_(registry) {}

  /// Throws Error for what is no image that can be read.
  LayerPtr pack(const LayerSource& source, std::int64_t most_voxels);
  /// Throws Error where images cannot be read at all.
  ImageReader& reader();
  void forget() { known_.clear(); }
  /// During a run its images are missing for a moment: they stay as they were.
  bool keeps_missing = false;

 private:
  struct Known {
    FileStamp look;
    LayerPtr layer;
  };
  Registry& registry_;
  std::unique_ptr<ImageReader> reader_;  ///< made when it is first asked for
  std::map<std::pair<std::string, std::int64_t>, Known> known_;  ///< by file and the most voxels
};

/// The layers of a page, each file once.
class PageLayers {
 public:
  /// `room`: bytes of their voxels as text.
  PageLayers(PackedImages& images, std::size_t room) : images_(images), room_(room) {}

  /// The index of a file's layer is added to `indices`, or a sentence to `missing`.
  void add(const LayerSource& source, std::vector<std::size_t>& indices);
  /// Makes the largest layers coarser until all have room.
  void fit();

  std::vector<LayerPtr> packed;
  std::vector<std::string> missing;

 private:
  std::size_t bytes() const;

  PackedImages& images_;
  std::size_t room_;
  std::vector<std::filesystem::path> places_;
};

}  // namespace flowrun
