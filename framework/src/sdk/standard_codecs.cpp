#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/large_memory.h"
#include "flowrun/sdk/transform.h"

namespace flowrun {
namespace {

/// What would not be read back is not written.
void require_count(std::size_t found, std::int64_t expected, const char* what) {
  if (static_cast<std::int64_t>(found) != expected)
    throw Error("it has " + std::to_string(found) + " " + what + " where its sizes make " + std::to_string(expected));
}

template <class Image>
void write_image(const Image& image, ByteWriter& bytes) {
  require_count(image.voxels.size(), image.geometry.voxel_count(), "voxels");
  bytes.geometry(image.geometry);
  bytes.text(image.source);
  bytes.facts(image.facts);
  bytes.array(image.voxels);
}

/// What `bytes.array<T>(expected)` gives. That one fills the memory with zeros first, which takes half as long as the copy.
template <class T>
std::vector<T> read_voxels(ByteReader& bytes, std::int64_t expected) {
  ByteReader after = bytes;
  const std::uint64_t count = after.number<std::uint64_t>();
  const std::span<const std::byte> data = after.rest();
  const bool aligned = reinterpret_cast<std::uintptr_t>(data.data()) % alignof(T) == 0;
  if (!aligned || count != static_cast<std::uint64_t>(expected) || count > data.size() / sizeof(T))
    return bytes.array<T>(expected);
  const T* const first = reinterpret_cast<const T*>(data.data());
  bytes = ByteReader(data.subspan(count * sizeof(T)));
  std::vector<T> values;
  reserve_large(values, count);
  values.assign(first, first + count);
  return values;
}

template <class Image>
Image read_image(ByteReader& bytes) {
  using Voxel = typename decltype(Image::voxels)::value_type;
  Image image;
  image.geometry = bytes.geometry();
  image.source = bytes.text();
  image.facts = bytes.facts();
  image.voxels = read_voxels<Voxel>(bytes, image.geometry.voxel_count());
  return image;
}

void write_labels(const Labels& labels, ByteWriter& bytes) {
  write_image(labels, bytes);
  bytes.number(static_cast<std::uint64_t>(labels.names.size()));
  for (const auto& [label, name] : labels.names) {
    bytes.number(label);
    bytes.text(name);
  }
}

Labels read_labels(ByteReader& bytes) {
  Labels labels = read_image<Labels>(bytes);
  const std::size_t count = bytes.count(sizeof(std::int32_t) + sizeof(std::uint64_t));
  for (std::size_t i = 0; i < count; ++i) {
    const auto label = bytes.number<std::int32_t>();
    ByteReader::require(labels.names.empty() || labels.names.rbegin()->first < label, "the names of its labels are not in order");
    labels.names[label] = bytes.text();
  }
  return labels;
}

void write_number(const Number& number, ByteWriter& bytes) {
  bytes.number(number.value);
  bytes.text(number.unit);
}

Number read_number(ByteReader& bytes) {
  Number number;
  number.value = bytes.number<double>();
  number.unit = bytes.text();
  return number;
}

/// Indices of a grid's voxels; `ascending`: without repetition too.
std::vector<std::int64_t> read_indices(ByteReader& bytes, const Geometry& geometry, bool ascending) {
  std::vector<std::int64_t> indices = bytes.array<std::int64_t>();
  std::int64_t before = -1;
  for (const std::int64_t index : indices) {
    const bool fits = index >= 0 && index < geometry.voxel_count() && (!ascending || index > before);
    ByteReader::require(fits, "it has a voxel index that does not fit its grid or its order");
    before = index;
  }
  return indices;
}

void write_list(const VoxelList& list, ByteWriter& bytes) {
  bytes.geometry(list.geometry);
  bytes.text(list.source);
  bytes.array(list.voxels);
}

VoxelList read_list(ByteReader& bytes) {
  VoxelList list;
  list.geometry = bytes.geometry();
  list.source = bytes.text();
  list.voxels = read_indices(bytes, list.geometry, true);
  return list;
}

std::int64_t product(std::initializer_list<std::int64_t> factors) {
  std::int64_t total = 1;
  for (const std::int64_t factor : factors)
    ByteReader::require(factor >= 0 && !__builtin_mul_overflow(total, factor, &total), "it has a size that cannot be");
  return total;
}

/// The values of a patch. Its size has to be possible even where there is no patch.
std::int64_t values_per_patch(const PatchBatch& batch) {
  return product({batch.channels, batch.size[0], batch.size[1], batch.size[2]});
}

void write_patches(const PatchBatch& batch, ByteWriter& bytes) {
  require_count(batch.values.size(), product({batch.count(), values_per_patch(batch)}), "values");
  bytes.geometry(batch.geometry);
  bytes.array(batch.voxels);
  bytes.number(batch.channels);
  for (const std::int64_t size : batch.size) bytes.number(size);
  bytes.array(batch.values);
}

PatchBatch read_patches(ByteReader& bytes) {
  PatchBatch batch;
  batch.geometry = bytes.geometry();
  batch.voxels = read_indices(bytes, batch.geometry, false);
  batch.channels = bytes.number<std::int64_t>();
  for (std::int64_t& size : batch.size) size = bytes.number<std::int64_t>();
  batch.values = bytes.array<float>(product({batch.count(), values_per_patch(batch)}));
  return batch;
}

void write_scores(const Scores& scores, ByteWriter& bytes) {
  require_count(scores.values.size(), static_cast<std::int64_t>(scores.voxels.size()) * scores.classes, "values");
  bytes.geometry(scores.geometry);
  bytes.array(scores.voxels);
  bytes.number(scores.classes);
  bytes.array(scores.values);
}

Scores read_scores(ByteReader& bytes) {
  Scores scores;
  scores.geometry = bytes.geometry();
  scores.voxels = read_indices(bytes, scores.geometry, false);
  scores.classes = bytes.number<std::int64_t>();
  scores.values = bytes.array<float>(product({static_cast<std::int64_t>(scores.voxels.size()), scores.classes}));
  return scores;
}

void write_table(const Table& table, ByteWriter& bytes) {
  bytes.number(static_cast<std::uint64_t>(table.columns.size()));
  for (const std::string& column : table.columns) bytes.text(column);
  bytes.number(static_cast<std::uint64_t>(table.rows.size()));
  for (const auto& row : table.rows) {
    require_count(row.size(), static_cast<std::int64_t>(table.columns.size()), "cells in a row");
    for (const Table::Cell& cell : row) {
      bytes.number(static_cast<std::uint8_t>(cell.index()));
      if (const auto* whole = std::get_if<std::int64_t>(&cell)) bytes.number(*whole);
      else if (const auto* real = std::get_if<double>(&cell)) bytes.number(*real);
      else bytes.text(std::get<std::string>(cell));
    }
  }
}

Table::Cell read_cell(ByteReader& bytes) {
  switch (bytes.number<std::uint8_t>()) {
    case 0:
      return bytes.number<std::int64_t>();
    case 1:
      return bytes.number<double>();
    case 2:
      return bytes.text();
    default:
      throw Error("it has a cell that is neither a number nor text");
  }
}

Table read_table(ByteReader& bytes) {
  constexpr std::size_t kCellBytes = 1 + sizeof(std::uint64_t);
  Table table;
  const std::size_t columns = bytes.count(sizeof(std::uint64_t));
  for (std::size_t i = 0; i < columns; ++i) table.columns.push_back(bytes.text());
  const std::size_t rows = bytes.count(columns == 0 ? 1 : columns * kCellBytes);
  ByteReader::require(columns > 0 || rows == 0, "it has rows without columns");
  for (std::size_t i = 0; i < rows; ++i) {
    auto& row = table.rows.emplace_back();
    for (std::size_t k = 0; k < columns; ++k) row.push_back(read_cell(bytes));
  }
  return table;
}

void write_transform(const Transform& transform, ByteWriter& bytes) {
  bytes.text(transform.from);
  bytes.text(transform.to);
  bytes.text(transform.source);
  bytes.number(static_cast<std::uint64_t>(transform.steps.size()));
  for (const TransformStep& step : transform.steps) {
    bytes.number(static_cast<std::uint8_t>(step.inverse));
    for (const double entry : step.matrix) bytes.number(entry);
    bytes.geometry(step.grid);
    bytes.array(step.displacement);
  }
}

TransformStep read_step(ByteReader& bytes) {
  TransformStep step;
  const auto inverse = bytes.number<std::uint8_t>();
  ByteReader::require(inverse <= 1, "it has a step that is neither inverse nor not");
  step.inverse = inverse == 1;
  for (double& entry : step.matrix) entry = bytes.number<double>();
  step.grid = bytes.geometry();
  step.displacement = bytes.array<float>();
  const bool fits = step.is_affine() || static_cast<std::int64_t>(step.displacement.size()) ==
                                            product({3, step.grid.size[0], step.grid.size[1], step.grid.size[2]});
  ByteReader::require(fits, "a displacement field does not fit its grid");
  return step;
}

Transform read_transform(ByteReader& bytes) {
  Transform transform;
  transform.from = bytes.text();
  transform.to = bytes.text();
  transform.source = bytes.text();
  const std::size_t count = bytes.count(12 * sizeof(double));
  for (std::size_t i = 0; i < count; ++i) transform.steps.push_back(read_step(bytes));
  return transform;
}

}  // namespace

const std::vector<Codec>& standard_codecs() {
  static const std::vector<Codec> kCodecs = {
      codec<Volume>(write_image, read_image),           codec<Mask>(write_image, read_image),
      codec<Labels>(write_labels, read_labels),         codec<Number>(write_number, read_number),
      codec<VoxelList>(write_list, read_list),          codec<PatchBatch>(write_patches, read_patches),
      codec<Scores>(write_scores, read_scores),         codec<Table>(write_table, read_table),
      codec<Transform>(write_transform, read_transform)};
  return kCodecs;
}

const Codec* standard_codec(std::string_view payload_type) {
  for (const Codec& codec : standard_codecs())
    if (codec.type == payload_type) return &codec;
  return nullptr;
}

}  // namespace flowrun
