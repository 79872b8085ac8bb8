#include "viewer/packed_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowrun/host/file_stamps.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostVoxels = 32'000'000, kFewestVoxels = 4096;

bool same_source(const LayerSource& a, const LayerSource& b) {
  return a.name == b.name && a.writer == b.writer && a.note == b.note;
}

}  // namespace

ImageReader& PackedImages::reader() {
  if (!reader_) reader_ = std::make_unique<ImageReader>(registry_);
  return *reader_;
}

LayerPtr PackedImages::pack(const LayerSource& source, std::int64_t most_voxels) {
  Known& known = known_[{source.file, most_voxels}];
  const FileStamp look = records::look_at(source.file);
  const bool is_kept = known.layer && same_source(known.layer->source, source) &&
                       (records::looks_same(known.look, look) || (keeps_missing && look.size < 0));
  if (is_kept) return known.layer;
  const ImageReader::Image image = reader().read(source.file);
  PackedLayer layer = pack_layer(*image.volume, source, most_voxels);
  layer.notes.insert(layer.notes.end(), image.warnings.begin(), image.warnings.end());
  layer.digest = records::text_hash(layer.base64).substr(0, 20);
  known = {look, std::make_shared<const PackedLayer>(std::move(layer))};
  return known.layer;
}

void PageLayers::add(const LayerSource& source, std::vector<std::size_t>& indices) {
  std::error_code unknown;
  const fs::path place = fs::weakly_canonical(source.file, unknown);
  if (const auto known = std::find(places_.begin(), places_.end(), place); known != places_.end()) {
    const auto index = static_cast<std::size_t>(known - places_.begin());
    if (std::find(indices.begin(), indices.end(), index) == indices.end()) indices.push_back(index);
    return;
  }
  try {
    packed.push_back(images_.pack(source, kMostVoxels));
    indices.push_back(places_.size());
    places_.push_back(place);
  } catch (const Error& fault) {
    missing.push_back(fmt::format("{}: {}", source.name, fault.what()));
  }
}

std::size_t PageLayers::bytes() const {
  std::size_t sum = 0;
  for (const LayerPtr& layer : packed) sum += layer->base64.size();
  return sum;
}

void PageLayers::fit() {
  const auto by_size = [](const LayerPtr& a, const LayerPtr& b) { return a->base64.size() < b->base64.size(); };
  while (bytes() > room_) {
    LayerPtr& largest = *std::max_element(packed.begin(), packed.end(), by_size);
    const std::int64_t voxels = largest->size[0] * largest->size[1] * largest->size[2];
    if (voxels <= kFewestVoxels) return;
    largest = images_.pack(LayerSource(largest->source), voxels / 2);
  }
}

}  // namespace flowrun
