#include "testing/check_payloads.h"

#include <array>
#include <cmath>
#include <limits>

#include "flowrun/sdk/node_type.h"
#include "flowrun/sdk/transform.h"

namespace flowrun::testing {
namespace {

constexpr std::array<std::int64_t, 3> kSize{24, 22, 16};

Geometry grid(std::array<std::int64_t, 3> size = kSize, double spacing = 1) {
  Geometry geometry;
  geometry.size = size;
  geometry.spacing = {spacing, spacing, spacing};
  return geometry;
}

/// Distance of a voxel from the grid's centre, 1 at the nearest face.
double radius(const Geometry& geometry, std::int64_t index) {
  const auto voxel = geometry.voxel_at(index);
  double sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double half = (static_cast<double>(geometry.size[axis]) - 1) / 2;
    const double away = half > 0 ? (static_cast<double>(voxel[axis]) - half) / half : 0;
    sum += away * away;
  }
  return std::sqrt(sum);
}

/// Between 0 and 1, the same for the same numbers.
float noise(std::int64_t index, int variant) {
  std::uint64_t bits =
      static_cast<std::uint64_t>(index) * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(variant + 1) * 0xbf58476d1ce4e5b9u;
  bits ^= bits >> 31;
  bits *= 0x94d049bb133111ebu;
  return static_cast<float>(bits >> 40) / static_cast<float>(1 << 24);
}

/// 0 outside a head, about 0.5 in it, brighter in a ball at its centre.
Volume volume(const Geometry& geometry, int variant) {
  Volume made;
  made.geometry = geometry;
  made.source = "an artificial volume";
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i) {
    const double r = radius(geometry, i);
    made.voxels.push_back(r > 0.9 ? 0.0F : (r < 0.4 ? 0.8F : 0.4F) + 0.2F * noise(i, variant));
  }
  return made;
}

Mask mask(const Geometry& geometry, int variant) {
  Mask made;
  made.geometry = geometry;
  made.source = "an artificial mask";
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i) made.voxels.push_back(radius(geometry, i) < 0.4 + 0.05 * variant);
  return made;
}

/// Two labels, one with a name.
Labels labels(const Geometry& geometry, int variant) {
  Labels made;
  made.geometry = geometry;
  made.source = "artificial labels";
  made.names = {{1, "white matter"}};
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i)
    made.voxels.push_back(radius(geometry, i) > 0.6 ? 0 : noise(i, variant) < 0.5F ? 1 : 70000);
  return made;
}

Number number(double value) {
  Number made;
  made.value = value;
  return made;
}

Transform moved_by(const Point& offset) { return affine_transform({1, 0, 0, offset[0], 0, 1, 0, offset[1], 0, 0, 1, offset[2]}); }

VoxelList voxel_list(const Geometry& geometry, std::int64_t step = 7) {
  VoxelList made;
  made.geometry = geometry;
  made.source = "an artificial list";
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i)
    if (i % step == 0 && radius(geometry, i) < 0.4) made.voxels.push_back(i);
  return made;
}

PatchBatch patches(const Geometry& geometry, std::array<std::int64_t, 3> size, std::int64_t channels, std::size_t count) {
  PatchBatch made;
  made.geometry = geometry;
  made.voxels = voxel_list(geometry).voxels;
  made.voxels.resize(std::min(count, made.voxels.size()));
  made.channels = channels;
  made.size = size;
  for (std::int64_t i = 0; i < made.count() * made.values_per_patch(); ++i) made.values.push_back(noise(i, 0));
  return made;
}

Scores scores(const Geometry& geometry, int variant, std::int64_t classes = 2) {
  Scores made;
  made.geometry = geometry;
  for (const std::int64_t voxel : voxel_list(geometry).voxels)
    if (voxel % 3 == variant % 3) made.voxels.push_back(voxel);  // chunks of a stream share no voxel
  made.classes = classes;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(made.voxels.size()) * classes; ++i)
    made.values.push_back(noise(i, variant));
  return made;
}

Table table(int variant) {
  Table made;
  made.columns = {"case", "volume_ml", "count"};
  for (int row = 0; row < 3; ++row)
    made.rows.push_back({"case" + std::to_string(variant * 3 + row), noise(row, variant) * 10.0, std::int64_t{row}});
  return made;
}

template <class T>
PayloadPtr share(T payload) {
  return std::make_shared<const T>(std::move(payload));
}

template <class T>
T filled(T payload, float value) {
  for (auto& one : payload.voxels) one = static_cast<typename decltype(payload.voxels)::value_type>(value);
  return payload;
}

/// The same with values that are no numbers where it has floats.
template <class T>
T spoilt(T payload, float value) {
  for (std::size_t i = 0; i < payload.values.size(); i += 2) payload.values[i] = value;
  return payload;
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// What images have in common.
template <class Make>
std::vector<OddPayload> odd_grids(Make make) {
  Geometry turned = grid({3, 4, 5});
  turned.origin = {1e6, -1e6, 0};
  turned.direction = {0, 1, 0, 1, 0, 0, 0, 0, -1};
  Geometry no_number = grid({3, 4, 5});
  no_number.spacing = {std::nan(""), 1, 1};
  return {{"no voxels", share(make(grid({0, 0, 0})))},          {"one voxel", share(make(grid({1, 1, 1})))},
          {"one row of voxels", share(make(grid({40, 1, 1})))}, {"a spacing of 1e30 mm", share(make(grid(kSize, 1e30)))},
          {"a spacing of 0 mm", share(make(grid(kSize, 0)))},   {"a spacing that is no number", share(make(no_number))},
          {"another grid, turned", share(make(turned))}};
}

std::vector<OddPayload> odd_labels() {
  auto odd = odd_grids([](const Geometry& geometry) { return labels(geometry, 0); });
  Labels negative = labels(grid(), 0);
  for (std::int32_t& label : negative.voxels) label = -label;
  odd.push_back({"labels below 0", share(std::move(negative))});
  Labels background = labels(grid(), 0);
  background.voxels.assign(background.voxels.size(), 0);
  odd.push_back({"only background", share(std::move(background))});
  return odd;
}

std::vector<OddPayload> odd_numbers() {
  return {{"not a number", share(number(std::nan("")))},
          {"an infinite number", share(number(-kInfinity))},
          {"a huge number", share(number(1e300))}};
}

std::vector<OddPayload> odd_transforms() {
  Transform flat = affine_transform({});
  Transform spoilt_matrix = moved_by({0, 0, std::nan("")});
  Transform far = moved_by({1e300, 0, 0});
  return {{"no steps", share(Transform())},
          {"a matrix of zeros", share(std::move(flat))},
          {"a matrix that is not of numbers", share(std::move(spoilt_matrix))},
          {"a place far away", share(std::move(far))}};
}

std::vector<OddPayload> odd_volumes() {
  auto odd = odd_grids([](const Geometry& geometry) { return volume(geometry, 0); });
  const Volume usual = volume(grid(), 0);
  for (const auto& [what, value] :
       {std::pair{"only zeros", 0.0F}, {"only NaN", kNaN}, {"only infinite values", kInfinity}, {"only -1e38", -1e38F}})
    odd.push_back({what, share(filled(usual, value))});
  Volume mixed = usual;
  for (std::size_t i = 0; i < mixed.voxels.size(); i += 5) mixed.voxels[i] = i % 2 ? kNaN : -kInfinity;
  odd.push_back({"some NaN and infinite values", share(std::move(mixed))});
  return odd;
}

std::vector<OddPayload> odd_masks() {
  auto odd = odd_grids([](const Geometry& geometry) { return mask(geometry, 0); });
  odd.push_back({"nothing inside", share(filled(mask(grid(), 0), 0))});
  odd.push_back({"everything inside", share(filled(mask(grid(), 0), 1))});
  odd.push_back({"label 255 everywhere", share(filled(mask(grid(), 0), 255))});
  return odd;
}

std::vector<OddPayload> odd_lists() {
  VoxelList none = voxel_list(grid()), corners = none;
  none.voxels.clear();
  corners.voxels = {0, grid().voxel_count() - 1};
  return {{"no voxels in the list", share(none)},
          {"the first and the last voxel", share(corners)},
          {"a grid without voxels", share(voxel_list(grid({0, 0, 0})))},
          {"a grid of one voxel", share(voxel_list(grid({1, 1, 1}), 1))},
          {"another grid", share(voxel_list(grid({5, 4, 3}), 1))},
          {"a spacing of 1e30 mm", share(voxel_list(grid(kSize, 1e30)))}};
}

std::vector<OddPayload> odd_patches() {
  const std::array<std::int64_t, 3> five{5, 5, 5};
  return {{"no patches", share(patches(grid(), five, 2, 0))},
          {"patches of one voxel", share(patches(grid(), {1, 1, 1}, 1, 3))},
          {"no channels", share(patches(grid(), five, 0, 3))},
          {"patches of 0 voxels", share(patches(grid(), {0, 0, 0}, 2, 3))},
          {"NaN in patches", share(spoilt(patches(grid(), five, 2, 3), kNaN))}};
}

std::vector<OddPayload> odd_scores() {
  Scores none = scores(grid(), 0);
  none.voxels.clear(), none.values.clear();
  return {{"scores of no voxels", share(none)},
          {"no classes", share(scores(grid(), 0, 0))},
          {"one class", share(scores(grid(), 0, 1))},
          {"NaN among scores", share(spoilt(scores(grid(), 0), kNaN))},
          {"another grid", share(scores(grid({5, 4, 3}), 0))}};
}

std::vector<OddPayload> odd_tables() {
  Table none, no_rows = table(0), strange = table(0);
  no_rows.rows.clear();
  strange.columns = {"", "a\nb", "\"quoted\", and more"};
  strange.rows[0] = {std::string("\n,\";"), std::nan(""), std::numeric_limits<std::int64_t>::min()};
  return {{"no columns", share(none)}, {"no rows", share(no_rows)}, {"odd names and values", share(strange)}};
}

}  // namespace

bool is_standard(std::string_view type) { return ordinary_payload(type, 0) != nullptr; }

PayloadPtr ordinary_payload(std::string_view type, int variant) {
  if (type == Volume::kType || type == kAnyPayload) return share(volume(grid(), variant));
  if (type == Labels::kType) return share(labels(grid(), variant));
  if (type == Number::kType) return share(number(0.5 + variant));
  if (type == Transform::kType) return share(moved_by({1.0 + variant, -2, 0.5}));
  if (type == Mask::kType) return share(mask(grid(), variant));
  if (type == VoxelList::kType) return share(voxel_list(grid()));
  if (type == PatchBatch::kType) return share(patches(grid(), {5, 5, 5}, 2, 6));
  if (type == Scores::kType) return share(scores(grid(), variant));
  if (type == Table::kType) return share(table(variant));
  return nullptr;
}

std::vector<PayloadPtr> particular_payloads(std::string_view type) {
  if (type == Volume::kType) {
    Volume labels = volume(grid(), 0);
    for (float& voxel : labels.voxels) voxel = voxel > 0.7F ? 1.0F : 0.0F;
    return {share(std::move(labels))};
  }
  if (type == PatchBatch::kType) return {share(patches(grid(), {15, 15, 15}, 4, 4))};
  if (type == Table::kType) {
    Table one = table(0);
    one.rows.resize(1);
    return {share(std::move(one))};
  }
  return {};
}

std::vector<OddPayload> odd_payloads(std::string_view type) {
  if (type == Volume::kType || type == kAnyPayload) return odd_volumes();
  if (type == Mask::kType) return odd_masks();
  if (type == Labels::kType) return odd_labels();
  if (type == Number::kType) return odd_numbers();
  if (type == Transform::kType) return odd_transforms();
  if (type == VoxelList::kType) return odd_lists();
  if (type == PatchBatch::kType) return odd_patches();
  if (type == Scores::kType) return odd_scores();
  if (type == Table::kType) return odd_tables();
  return {};
}

}  // namespace flowrun::testing
