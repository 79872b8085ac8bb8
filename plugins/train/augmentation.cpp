#include "augmentation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowrun/sdk/error.h"
#include "random_order.h"

namespace flowrun::train {
namespace {

constexpr std::array<const char*, 3> kAxes{"x", "y", "z"};
constexpr std::array<const char*, 3> kPlanes{"xy", "xz", "yz"};
constexpr std::array<std::array<std::size_t, 2>, 3> kAxesOfPlane{{{0, 1}, {0, 2}, {1, 2}}};

/// The word's place among those known.
std::size_t place_of(const std::string& word, const std::array<const char*, 3>& known, const char* parameter) {
  const auto found = std::find(known.begin(), known.end(), word);
  if (found == known.end())
    throw Error("parameter '" + std::string(parameter) + "' names '" + word + "'; known are " + known[0] + ", " + known[1] +
                " and " + known[2]);
  return static_cast<std::size_t>(found - known.begin());
}

/// Which axis of the old patch an axis of the new one runs along, and whether backwards.
struct Turn {
  std::array<std::size_t, 3> axis{0, 1, 2};
  std::array<bool, 3> backwards{false, false, false};
};

Turn turn_of(const Augmentation& how, std::uint64_t bits) {
  Turn turn;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (how.flip[axis] && (bits >> axis & 1)) turn.backwards[axis] = true;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    if (!how.rotate[plane]) continue;
    const auto [a, b] = kAxesOfPlane[plane];
    for (std::uint64_t quarter = bits >> (8 + 2 * plane) & 3; quarter > 0; --quarter) {
      std::swap(turn.axis[a], turn.axis[b]);
      std::swap(turn.backwards[a], turn.backwards[b]);
      turn.backwards[b] = !turn.backwards[b];
    }
  }
  return turn;
}

template <class T>
void turn_channel(const T* from, T* to, const std::array<std::int64_t, 3>& size, const Turn& turn) {
  const std::array<std::int64_t, 3> stride{1, size[0], size[0] * size[1]};
  std::array<std::int64_t, 3> step{};
  const T* first = from;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    step[axis] = turn.backwards[axis] ? -stride[turn.axis[axis]] : stride[turn.axis[axis]];
    if (turn.backwards[axis]) first += (size[axis] - 1) * stride[turn.axis[axis]];
  }
  for (std::int64_t z = 0; z < size[2]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y)
      for (std::int64_t x = 0; x < size[0]; ++x) *to++ = first[x * step[0] + y * step[1] + z * step[2]];
}

constexpr std::uint64_t kThickness = 1 << 20;  ///< places of the stream that no other change draws from

/// How many slices become one in a channel, each number from 1 on alike.
std::int64_t thickness_of(const Augmentation& how, std::uint64_t own, std::int64_t channel) {
  const std::uint64_t bits = bits_at(own, 2 * kThickness + static_cast<std::uint64_t>(channel));
  return 1 + static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(how.thick));
}

/// What a scan of slices `thick` voxels apart looks like on the fine grid: the mean of each slice at its middle, straight lines
/// between. `bits` say where the first slice begins; slices that the patch cuts are the mean of what is in it.
void thicken(float* patch, const std::array<std::int64_t, 3>& size, std::int64_t thick, std::uint64_t bits) {
  if (thick < 2) return;
  const std::int64_t area = size[0] * size[1], begin = -static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(thick));
  const std::int64_t slices = (size[2] - begin + thick - 1) / thick;
  std::vector<float> line(static_cast<std::size_t>(slices));
  for (std::int64_t place = 0; place < area; ++place) {
    for (std::int64_t slice = 0; slice < slices; ++slice) {
      const std::int64_t start = begin + slice * thick;
      const std::int64_t first = std::max<std::int64_t>(0, start), last = std::min(size[2], start + thick);
      float sum = 0;
      for (std::int64_t z = first; z < last; ++z) sum += patch[z * area + place];
      line[static_cast<std::size_t>(slice)] = sum / static_cast<float>(last - first);
    }
    for (std::int64_t z = 0; z < size[2]; ++z) {
      const float at = (static_cast<float>(z - begin) + 0.5f) / static_cast<float>(thick) - 0.5f;
      const auto low = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(at)), 0, slices - 1);
      const auto high = std::min(low + 1, slices - 1);
      const float share = std::clamp(at - static_cast<float>(low), 0.0f, 1.0f);
      patch[z * area + place] = line[static_cast<std::size_t>(low)] * (1 - share) + line[static_cast<std::size_t>(high)] * share;
    }
  }
}

}  // namespace

bool Augmentation::any() const {
  const auto on = [](bool one) { return one; };
  return std::any_of(flip.begin(), flip.end(), on) || std::any_of(rotate.begin(), rotate.end(), on) ||
         shift != 0 || scale != 0 || thick > 1;
}

Augmentation make_augmentation(const std::vector<std::string>& axes, const std::vector<std::string>& planes, double shift,
                               double scale, std::int64_t thick, const std::array<std::int64_t, 3>& size) {
  Augmentation how;
  for (const std::string& axis : axes) how.flip[place_of(axis, kAxes, "flips")] = true;
  for (const std::string& word : planes) {
    const std::size_t plane = place_of(word, kPlanes, "rotations");
    const auto [a, b] = kAxesOfPlane[plane];
    if (size[a] != size[b])
      throw Error("parameter 'rotations' names " + word + ", but patches of " + std::to_string(size[0]) + " x " +
                  std::to_string(size[1]) + " x " + std::to_string(size[2]) + " voxels are not square in that plane");
    how.rotate[plane] = true;
  }
  how.shift = static_cast<float>(shift);
  how.scale = static_cast<float>(scale);
  how.thick = thick;
  return how;
}

void augment(float* patch, std::int64_t channels, const std::array<std::int64_t, 3>& size, const Augmentation& how,
             std::uint64_t of_stream, std::uint64_t place, std::vector<float>& scratch) {
  const std::uint64_t own = bits_at(of_stream, place);
  const Turn turn = turn_of(how, own);
  const std::int64_t voxels = size[0] * size[1] * size[2];
  scratch.resize(static_cast<std::size_t>(voxels));
  for (std::int64_t c = 0; c < channels; ++c, patch += voxels) {
    if (how.thick > 1) thicken(patch, size, thickness_of(how, own, c), bits_at(own, kThickness + static_cast<std::uint64_t>(c)));
    std::copy(patch, patch + voxels, scratch.begin());
    turn_channel(scratch.data(), patch, size, turn);
    if (how.shift == 0 && how.scale == 0) continue;
    const auto number = static_cast<std::uint64_t>(2 * c);
    const float factor = 1 + how.scale * (2 * uniform_at(own, number) - 1),
                offset = how.shift * (2 * uniform_at(own, number + 1) - 1);
    std::transform(patch, patch + voxels, patch, [=](float value) { return value * factor + offset; });
  }
}

void turn_labels(std::int64_t* labels, const std::array<std::int64_t, 3>& size, const Augmentation& how, std::uint64_t of_stream,
                 std::uint64_t place, std::vector<std::int64_t>& scratch) {
  scratch.assign(labels, labels + size[0] * size[1] * size[2]);
  turn_channel(scratch.data(), labels, size, turn_of(how, bits_at(of_stream, place)));
}

}  // namespace flowrun::train
