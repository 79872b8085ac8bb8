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

}  // namespace flowrun::train
