#include "viewer/packed_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "flowrun/sdk/error.h"
#include "report/page_text.h"
#include "viewer/coarser_grid.h"
#include "viewer/deflate.h"

namespace flowrun {
namespace {

constexpr std::size_t kMostLabels = 65535, kLabelsBySight = 64, kSample = 2'000'000;

/// What the numbers of an image look like.
struct Numbers {
  bool whole = true, finite = true;
  float low = 0, high = 0;        ///< of those that are finite
  std::set<std::int32_t> labels;  ///< while all are whole and there are not too many; without 0
};

Numbers numbers_of(const std::vector<float>& voxels) {
  Numbers numbers;
  bool first = true;
  std::int32_t last = 0;
  for (const float value : voxels) {
    if (!std::isfinite(value)) {
      numbers.whole = numbers.finite = false;
      continue;
    }
    numbers.low = first ? value : std::min(numbers.low, value);
    numbers.high = first ? value : std::max(numbers.high, value);
    first = false;
    if (!numbers.whole) continue;
    numbers.whole = value == std::floor(value) && std::abs(value) < 2e9F;
    const auto label = numbers.whole ? static_cast<std::int32_t>(value) : last;
    if (label == last || label == 0) continue;  // neighbours are often equal
    numbers.labels.insert(last = label);
    if (numbers.labels.size() > kMostLabels) numbers.whole = false;
  }
  return numbers;
}

LayerKind kind_of(const Numbers& numbers, const LayerSource& source) {
  if (source.writer == "io.write_mask") return LayerKind::mask;
  if (source.writer == "io.write_labels" && numbers.whole) return LayerKind::labels;
  if (numbers.whole && numbers.labels.size() <= 1 && numbers.low >= 0) return LayerKind::mask;
  if (numbers.whole && numbers.labels.size() <= kLabelsBySight && numbers.low >= 0) return LayerKind::labels;
  if (!source.writer.empty() && numbers.low >= 0 && numbers.high <= 1) return LayerKind::probability;
  return LayerKind::image;
}

float mean_of(const std::vector<float>& block) {
  double sum = 0;
  std::size_t count = 0;
  for (const float value : block)
    if (std::isfinite(value)) sum += value, ++count;
  return count ? static_cast<float>(sum / static_cast<double>(count)) : std::nanf("");
}

float largest_of(const std::vector<float>& block) {
  return std::any_of(block.begin(), block.end(), [](float value) { return value != 0; }) ? 1.0F : 0.0F;
}

float most_frequent_of(const std::vector<float>& block) {
  std::map<float, std::size_t> counts;
  for (const float value : block)
    if (value != 0) ++counts[value];
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? 0.0F : most->first;
}

std::vector<float> voxels_for(const Volume& volume, LayerKind kind, const Factor& factor) {
  if (factor == Factor{1, 1, 1}) return volume.voxels;
  switch (kind) {
    case LayerKind::mask:
      return coarser_voxels(volume.geometry, volume.voxels, factor, largest_of);
    case LayerKind::labels:
      return coarser_voxels(volume.geometry, volume.voxels, factor, most_frequent_of);
    default:
      return coarser_voxels(volume.geometry, volume.voxels, factor, mean_of);
  }
}

/// Finite values, every n-th where there are many, in ascending order.
std::vector<float> sample_of(const std::vector<float>& voxels, bool with_zero) {
  std::vector<float> sample;
  const std::size_t step = std::max<std::size_t>(1, voxels.size() / kSample);
  for (std::size_t i = 0; i < voxels.size(); i += step)
    if (std::isfinite(voxels[i]) && (with_zero || voxels[i] != 0)) sample.push_back(voxels[i]);
  std::sort(sample.begin(), sample.end());
  return sample;
}

double quantile(const std::vector<float>& sorted, double share) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

void choose_range(PackedLayer& layer, const std::vector<float>& voxels, const Numbers& numbers) {
  if (layer.kind == LayerKind::probability) {
    layer.window = {0.1, 1};
    return;
  }
  const std::vector<float> all = sample_of(voxels, true), seen = sample_of(voxels, false);
  const double low = quantile(all, 0.0005), high = quantile(all, 0.9995), more = (high - low) / 4;
  layer.low = std::max<double>(numbers.low, low - more);
  layer.high = std::min<double>(numbers.high, high + more);
  if (layer.high <= layer.low) layer.low = numbers.low, layer.high = std::max<double>(numbers.high, layer.low + 1);
  layer.window = {quantile(seen, 0.01), quantile(seen, 0.995)};
  if (layer.window[1] <= layer.window[0]) layer.window = {layer.low, layer.high};
}

std::string shades(PackedLayer& layer, const std::vector<float>& voxels) {
  layer.differences = true;
  const double scale = 255 / (layer.high - layer.low);
  const auto width = static_cast<std::size_t>(layer.size[0]);
  std::string bytes(voxels.size(), '\0');
  std::uint8_t before = 0;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    if (i % width == 0) before = 0;
    const double level = std::isfinite(voxels[i]) ? std::clamp((voxels[i] - layer.low) * scale, 0.0, 255.0) : 0;
    const auto byte = static_cast<std::uint8_t>(level + 0.5);
    bytes[i] = static_cast<char>(byte - before);
    before = byte;
  }
  return bytes;
}

std::string mask_bytes(const std::vector<float>& voxels) {
  std::string bytes(voxels.size(), '\0');
  std::transform(voxels.begin(), voxels.end(), bytes.begin(), [](float value) { return value != 0 ? '\1' : '\0'; });
  return bytes;
}

std::string label_bytes(PackedLayer& layer, const std::vector<float>& voxels, const Numbers& numbers) {
  layer.labels.assign(numbers.labels.begin(), numbers.labels.end());
  layer.wide = layer.labels.size() > 255;
  std::string bytes;
  bytes.reserve(voxels.size() * (layer.wide ? 2 : 1));
  std::int32_t last = 0;
  std::size_t rank = 0;
  for (const float value : voxels) {
    if (const auto label = static_cast<std::int32_t>(value); label != last) {
      const auto found = std::lower_bound(layer.labels.begin(), layer.labels.end(), label);
      rank = label == 0 ? 0 : static_cast<std::size_t>(found - layer.labels.begin()) + 1;
      last = label;
    }
    bytes += static_cast<char>(rank & 255);
    if (layer.wide) bytes += static_cast<char>(rank >> 8);
  }
  return bytes;
}

std::array<double, 12> affine_of(const Geometry& geometry) {
  std::array<double, 12> affine{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      affine[4 * row + axis] = geometry.direction[3 * row + axis] * geometry.spacing[axis];
    affine[4 * row + 3] = geometry.origin[row];
  }
  return affine;
}

void add_notes(PackedLayer& layer, const Numbers& numbers) {
  if (!layer.source.note.empty()) layer.notes.push_back(layer.source.note);
  if (!numbers.finite)
    layer.notes.push_back("it has values that are no numbers (NaN) or infinite; they are shown as the lowest value");
  if (layer.factor != Factor{1, 1, 1})
    layer.notes.push_back(fmt::format(
        "{} x {} x {} voxels are shown as one, so that the page stays small{}", layer.factor[0], layer.factor[1], layer.factor[2],
        layer.kind == LayerKind::mask ? "; one that has any voxel of the mask counts as inside" : ""));
}

}  // namespace

const char* to_string(LayerKind kind) {
  constexpr std::array<const char*, 4> kWords{"image", "probability", "mask", "labels"};
  return kWords[static_cast<std::size_t>(kind)];
}

PackedLayer pack_layer(const Volume& volume, const LayerSource& source, std::int64_t most_voxels) {
  if (volume.voxels.empty()) throw Error("it has no voxels");
  PackedLayer layer;
  layer.source = source;
  const Numbers numbers = numbers_of(volume.voxels);
  layer.kind = kind_of(numbers, source);
  layer.factor = factor_for(volume.geometry, most_voxels);
  const Geometry grid = coarser(volume.geometry, layer.factor);
  layer.size = grid.size;
  layer.affine = affine_of(grid);
  const std::vector<float> voxels = voxels_for(volume, layer.kind, layer.factor);
  const bool shaded = layer.kind == LayerKind::image || layer.kind == LayerKind::probability;
  if (shaded) choose_range(layer, voxels, numbers);
  layer.base64 = base64(deflated(shaded                          ? shades(layer, voxels)
                                 : layer.kind == LayerKind::mask ? mask_bytes(voxels)
                                                                 : label_bytes(layer, voxels, numbers)));
  add_notes(layer, numbers);
  return layer;
}

}  // namespace flowrun
