#include "samples.h"

#include <algorithm>
#include <cstring>

namespace flowrun::train {
namespace {

using Place = Samples::Size;

constexpr std::size_t kMostViews = 64;

/// A box of an image, from `low` on; outside of the image it is `padding`.
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

/// The first voxel of a patch of this size around a voxel.
Place corner_of(Place centre, const Place& size) {
  for (std::size_t axis = 0; axis < 3; ++axis) centre[axis] -= size[axis] / 2;
  return centre;
}

std::int64_t product(const Place& size) { return size[0] * size[1] * size[2]; }

std::int64_t voxels_in(const std::vector<Place>& sizes) {
  std::int64_t sum = 0;
  for (const Place& size : sizes) sum += product(size);
  return sum;
}

/// The smallest box that contains every patch.
void find_box(Samples& samples) {
  Place low = samples.geometry.voxel_at(samples.voxels.front()), high = low;  // of the centres
  for (const std::int64_t voxel : samples.voxels) {
    const Place centre = samples.geometry.voxel_at(voxel);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], centre[axis]);
      high[axis] = std::max(high[axis], centre[axis]);
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::int64_t before = 0, after = 0;
    for (const Place& size : samples.sizes) {
      before = std::max(before, size[axis] / 2);
      after = std::max(after, size[axis] - size[axis] / 2);
    }
    samples.box_low[axis] = low[axis] - before;
    samples.box_size[axis] = high[axis] - low[axis] + before + after;
  }
}

void write_samples(const Samples& samples, ByteWriter& bytes) {
  bytes.text(samples.case_name);
  bytes.geometry(samples.geometry);
  bytes.array(samples.voxels);
  bytes.array(samples.labels);
  bytes.number(static_cast<std::uint8_t>(samples.is_box));
  bytes.number(samples.channels);
  std::vector<std::int64_t> sizes;
  for (const Place& size : samples.sizes) sizes.insert(sizes.end(), size.begin(), size.end());
  bytes.array(sizes);
  for (const Place* place : {&samples.box_low, &samples.box_size})
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

/// How many values all patches have.
std::int64_t counted(const Samples& samples) {
  std::int64_t all = 0;
  for (const Place& size : samples.sizes)
    ByteReader::require(!__builtin_add_overflow(all, counted(samples.count(), samples.channels, size), &all),
                        "it has a size that cannot be");
  return all;
}

/// Centres in the order of memory, each with its label.
void require_centres(const Samples& samples) {
  std::int64_t before = -1;
  for (const std::int64_t voxel : samples.voxels) {
    ByteReader::require(voxel > before && voxel < samples.geometry.voxel_count(), "a centre is not in its grid or its order");
    before = voxel;
  }
  ByteReader::require(samples.labels.size() == samples.voxels.size(), "its numbers of labels and of centres differ");
}

/// Every patch lies within the box, which lies about the image.
void require_box(const Samples& samples) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::int64_t largest = 0;
    for (const Place& size : samples.sizes) largest = std::max(largest, size[axis]);
    const bool near = samples.box_low[axis] >= -largest && samples.box_low[axis] <= samples.geometry.size[axis];
    ByteReader::require(near && samples.box_size[axis] >= largest, "its box does not fit its image and its patches");
  }
  for (const std::int64_t voxel : samples.voxels)
    for (const Place& size : samples.sizes) {
      const Place corner = corner_of(samples.geometry.voxel_at(voxel), size);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::int64_t into = corner[axis] - samples.box_low[axis];
        ByteReader::require(into >= 0 && into <= samples.box_size[axis] - size[axis], "a patch lies outside of its box");
      }
    }
}

/// Three numbers for each view, all above 0.
void read_sizes(ByteReader& bytes, Samples& samples) {
  const auto numbers = bytes.array<std::int64_t>();
  ByteReader::require(!numbers.empty() && numbers.size() % 3 == 0 && numbers.size() <= 3 * kMostViews,
                      "it does not have three sizes for each view");
  for (std::size_t i = 0; i < numbers.size(); i += 3) samples.sizes.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
}

Samples read_samples(ByteReader& bytes) {
  Samples samples;
  samples.case_name = bytes.text();
  samples.geometry = bytes.geometry();
  samples.voxels = bytes.array<std::int64_t>();
  samples.labels = bytes.array<std::uint8_t>();
  require_centres(samples);
  samples.positives = samples.count() - std::count(samples.labels.begin(), samples.labels.end(), std::uint8_t{0});
  const auto is_box = bytes.number<std::uint8_t>();
  ByteReader::require(is_box <= (samples.voxels.empty() ? 0 : 1), "it says of its values what cannot be");
  samples.is_box = is_box != 0;
  samples.channels = bytes.number<std::int64_t>();
  read_sizes(bytes, samples);
  for (Place* place : {&samples.box_low, &samples.box_size})
    for (std::int64_t& number : *place) number = bytes.number<std::int64_t>();
  const std::int64_t of_patches = counted(samples);
  const std::int64_t of_box = counted(1, samples.channels, samples.box_size);
  samples.values = bytes.array<float>(samples.is_box ? of_box : of_patches);
  if (samples.is_box) require_box(samples);
  return samples;
}

}  // namespace

std::int64_t Samples::values_per_sample() const { return channels * voxels_in(sizes); }

void Samples::copy_patches(std::int64_t sample, float* out) const {
  if (!is_box) {
    const std::int64_t each = values_per_sample();
    std::memcpy(out, values.data() + sample * each, static_cast<std::size_t>(each) * sizeof(float));
    return;
  }
  const Place centre = geometry.voxel_at(voxels[static_cast<std::size_t>(sample)]);
  const std::int64_t row = box_size[0], slice = row * box_size[1];
  for (const Size& size : sizes) {
    const Place corner = corner_of(centre, size);
    const float* first =
        values.data() + (corner[0] - box_low[0]) + row * (corner[1] - box_low[1]) + slice * (corner[2] - box_low[2]);
    for (std::int64_t c = 0; c < channels; ++c, first += product(box_size))
      for (std::int64_t z = 0; z < size[2]; ++z)
        for (std::int64_t y = 0; y < size[1]; ++y, out += size[0])
          std::memcpy(out, first + y * row + z * slice, static_cast<std::size_t>(size[0]) * sizeof(float));
  }
}

void cut_values(Samples& samples, const std::vector<const Volume*>& volumes, float padding) {
  samples.channels = static_cast<std::int64_t>(volumes.size());
  samples.values.clear();
  if (samples.voxels.empty()) return;
  find_box(samples);
  const std::int64_t of_box = product(samples.box_size);
  samples.is_box = of_box <= voxels_in(samples.sizes) * samples.count();
  if (samples.is_box) {
    samples.values.resize(static_cast<std::size_t>(of_box * samples.channels));
    for (std::size_t c = 0; c < volumes.size(); ++c)
      copy_box(*volumes[c], samples.box_low, samples.box_size, padding,
               samples.values.data() + static_cast<std::int64_t>(c) * of_box);
    return;
  }
  samples.values.resize(static_cast<std::size_t>(samples.count() * samples.values_per_sample()));
  float* out = samples.values.data();
  for (const std::int64_t voxel : samples.voxels)
    for (const Place& size : samples.sizes)
      for (const Volume* volume : volumes) {
        copy_box(*volume, corner_of(samples.geometry.voxel_at(voxel), size), size, padding, out);
        out += product(size);
      }
}

Codec samples_codec() { return codec<Samples>(write_samples, read_samples); }

}  // namespace flowrun::train
