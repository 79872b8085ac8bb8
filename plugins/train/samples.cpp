#include "samples.h"

#include <algorithm>
#include <cstring>

namespace flowrun::train {
namespace {

using Place = std::array<std::int64_t, 3>;

/// A box of an image, from `low` on; outside of the image it holds `padding`.
void copy_box(const Volume& volume, const Place& low, const Place& size, float padding, float* out) {
  const auto& [nx, ny, nz] = volume.geometry.size;
  const std::int64_t begin = std::clamp<std::int64_t>(-low[0], 0, size[0]),
                     end = std::clamp<std::int64_t>(nx - low[0], begin, size[0]);
  for (std::int64_t z = 0; z < size[2]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y, out += size[0]) {
      const std::int64_t image_y = low[1] + y, image_z = low[2] + z;
      const bool inside = image_y >= 0 && image_y < ny && image_z >= 0 && image_z < nz;
      std::fill(out, out + size[0], padding);
      if (!inside || begin == end) continue;
      const float* row = volume.voxels.data() + volume.geometry.index_of(low[0] + begin, image_y, image_z);
      std::copy(row, row + (end - begin), out + begin);
    }
}

Place corner_of(const Samples& samples, std::int64_t voxel) {
  Place place = samples.geometry.voxel_at(voxel);
  for (std::size_t axis = 0; axis < 3; ++axis) place[axis] -= samples.size[axis] / 2;
  return place;
}

std::int64_t product(const Place& size) { return size[0] * size[1] * size[2]; }

/// The smallest box that holds every patch.
void find_box(Samples& samples) {
  Place low = corner_of(samples, samples.voxels.front()), high = low;
  for (const std::int64_t voxel : samples.voxels) {
    const Place corner = corner_of(samples, voxel);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], corner[axis]);
      high[axis] = std::max(high[axis], corner[axis]);
    }
  }
  samples.box_low = low;
  for (std::size_t axis = 0; axis < 3; ++axis) samples.box_size[axis] = high[axis] - low[axis] + samples.size[axis];
}

void write_samples(const Samples& samples, ByteWriter& bytes) {
  bytes.text(samples.case_name);
  bytes.geometry(samples.geometry);
  bytes.array(samples.voxels);
  bytes.array(samples.labels);
  bytes.number(static_cast<std::uint8_t>(samples.is_box));
  bytes.number(samples.channels);
  for (const Place* place : {&samples.size, &samples.box_low, &samples.box_size})
    for (const std::int64_t number : *place) bytes.number(number);
  bytes.array(samples.values);
}

/// The product of sizes and counts; Error where one of them, or it, cannot be.
std::int64_t counted(std::int64_t count, std::int64_t channels, const Place& size) {
  std::int64_t all = count;
  for (const std::int64_t factor : {channels, size[0], size[1], size[2]})
    ByteReader::require(factor >= 0 && !__builtin_mul_overflow(all, factor, &all), "it has a size that cannot be");
  return all;
}

/// Centres in the order of memory, each with its label.
void require_centres(const Samples& samples) {
  std::int64_t before = -1;
  for (const std::int64_t voxel : samples.voxels) {
    ByteReader::require(voxel > before && voxel < samples.geometry.voxel_count(), "a centre is not in its grid or its order");
    before = voxel;
  }
  const auto is_label = [](std::uint8_t label) { return label <= 1; };
  ByteReader::require(samples.labels.size() == samples.voxels.size(), "its numbers of labels and of centres differ");
  ByteReader::require(std::all_of(samples.labels.begin(), samples.labels.end(), is_label), "a label is neither 0 nor 1");
}

/// Every patch lies within the box, which lies about the image.
void require_box(const Samples& samples) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const bool near = samples.box_low[axis] >= -samples.size[axis] && samples.box_low[axis] <= samples.geometry.size[axis];
    ByteReader::require(near && samples.box_size[axis] >= samples.size[axis], "its box does not fit its image and its patches");
  }
  for (const std::int64_t voxel : samples.voxels) {
    const Place corner = corner_of(samples, voxel);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t into = corner[axis] - samples.box_low[axis];
      ByteReader::require(into >= 0 && into <= samples.box_size[axis] - samples.size[axis], "a patch lies outside of its box");
    }
  }
}

Samples read_samples(ByteReader& bytes) {
  Samples samples;
  samples.case_name = bytes.text();
  samples.geometry = bytes.geometry();
  samples.voxels = bytes.array<std::int64_t>();
  samples.labels = bytes.array<std::uint8_t>();
  require_centres(samples);
  samples.positives = std::count(samples.labels.begin(), samples.labels.end(), std::uint8_t{1});
  const auto is_box = bytes.number<std::uint8_t>();
  ByteReader::require(is_box <= (samples.voxels.empty() ? 0 : 1), "it says of its values what cannot be");
  samples.is_box = is_box != 0;
  samples.channels = bytes.number<std::int64_t>();
  for (Place* place : {&samples.size, &samples.box_low, &samples.box_size})
    for (std::int64_t& number : *place) number = bytes.number<std::int64_t>();
  const std::int64_t of_patches = counted(samples.count(), samples.channels, samples.size);
  const std::int64_t of_box = counted(1, samples.channels, samples.box_size);
  samples.values = bytes.array<float>(samples.is_box ? of_box : of_patches);
  if (samples.is_box) require_box(samples);
  return samples;
}

}  // namespace

void Samples::copy_patch(std::int64_t sample, float* out) const {
  if (!is_box) {
    const std::int64_t each = values_per_patch();
    std::memcpy(out, values.data() + sample * each, static_cast<std::size_t>(each) * sizeof(float));
    return;
  }
  const Place corner = corner_of(*this, voxels[static_cast<std::size_t>(sample)]);
  const std::int64_t row = box_size[0], slice = row * box_size[1];
  const float* first =
      values.data() + (corner[0] - box_low[0]) + row * (corner[1] - box_low[1]) + slice * (corner[2] - box_low[2]);
  for (std::int64_t c = 0; c < channels; ++c, first += product(box_size))
    for (std::int64_t z = 0; z < size[2]; ++z)
      for (std::int64_t y = 0; y < size[1]; ++y, out += size[0])
        std::memcpy(out, first + y * row + z * slice, static_cast<std::size_t>(size[0]) * sizeof(float));
}

void cut_values(Samples& samples, const std::vector<const Volume*>& volumes, float padding) {
  samples.channels = static_cast<std::int64_t>(volumes.size());
  samples.values.clear();
  if (samples.voxels.empty()) return;
  find_box(samples);
  const std::int64_t of_box = product(samples.box_size), of_patch = product(samples.size);
  samples.is_box = of_box <= of_patch * samples.count();
  if (samples.is_box) {
    samples.values.resize(static_cast<std::size_t>(of_box * samples.channels));
    for (std::size_t c = 0; c < volumes.size(); ++c)
      copy_box(*volumes[c], samples.box_low, samples.box_size, padding,
               samples.values.data() + static_cast<std::int64_t>(c) * of_box);
    return;
  }
  samples.values.resize(static_cast<std::size_t>(samples.count() * samples.values_per_patch()));
  float* out = samples.values.data();
  for (const std::int64_t voxel : samples.voxels)
    for (const Volume* volume : volumes) {
      copy_box(*volume, corner_of(samples, voxel), samples.size, padding, out);
      out += of_patch;
    }
}

Codec samples_codec() { return codec<Samples>(write_samples, read_samples); }

}  // namespace flowrun::train
