// What a payload contains, as one number, and whether it keeps its own rules.
#include <type_traits>

#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/error.h"
#include "testing/check_payloads.h"

namespace flowrun::testing {
namespace {

class Hash {
 public:
  void add(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) value_ = (value_ ^ bytes[i]) * 0x100000001b3u;
  }
  template <class T>
  void add(const std::vector<T>& values) {
    add(values.size());
    if (!values.empty()) add(values.data(), values.size() * sizeof(T));
  }
  void add(std::string_view text) { add(text.size()), add(text.data(), text.size()); }
  void add(const std::string& text) { add(std::string_view(text)); }
  template <class T>
  requires std::is_arithmetic_v<T>
  void add(T value) { add(&value, sizeof value); }
  void add(const Geometry& geometry) { add(&geometry, sizeof geometry); }  // numbers of 8 bytes only, so no padding
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

void add_table(Hash& hash, const Table& table) {
  for (const std::string& column : table.columns) hash.add(column);
  for (const auto& row : table.rows)
    for (const Table::Cell& cell : row) std::visit([&](const auto& held) { hash.add(held); }, cell);
}

/// Of other standard payloads, what their codec writes.
void add_codec_bytes(Hash& hash, const Payload& payload) {
  hash.add(payload.bytes());
  const Codec* codec = standard_codec(payload.type());
  if (!codec) return;
  ByteWriter writer([&](const void* bytes, std::size_t length) { hash.add(bytes, length); });
  try {
    codec->write(payload, writer);
  } catch (const Error&) {
    // it breaks its rules, which payload_fault says
  }
}

std::string count_fault(std::int64_t expected, std::size_t found, const std::string& of) {
  if (expected == static_cast<std::int64_t>(found)) return "";
  return "it has " + std::to_string(found) + " " + of + ", and " + std::to_string(expected) + " by its sizes";
}

std::string list_fault(const Geometry& geometry, const std::vector<std::int64_t>& voxels, bool ascending) {
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    if (voxels[i] < 0 || voxels[i] >= geometry.voxel_count())
      return "voxel " + std::to_string(voxels[i]) + " is not on its grid of " + std::to_string(geometry.voxel_count()) +
             " voxels";
    if (ascending && i > 0 && voxels[i] <= voxels[i - 1]) return "its voxels do not ascend";
  }
  return "";
}

std::string table_fault(const Table& table) {
  for (const auto& row : table.rows)
    if (row.size() != table.columns.size())
      return count_fault(static_cast<std::int64_t>(table.columns.size()), row.size(), "cells in a row");
  return "";
}

std::string first_of(std::string one, const std::string& other) { return one.empty() ? other : one; }

}  // namespace

std::uint64_t payload_hash(const Payload& payload) {
  Hash hash;
  hash.add(payload.type());
  if (const auto* one = payload_cast<Volume>(&payload)) hash.add(one->geometry), hash.add(one->voxels);
  else if (const auto* two = payload_cast<Mask>(&payload)) hash.add(two->geometry), hash.add(two->voxels);
  else if (const auto* list = payload_cast<VoxelList>(&payload)) hash.add(list->geometry), hash.add(list->voxels);
  else if (const auto* batch = payload_cast<PatchBatch>(&payload))
    hash.add(batch->geometry), hash.add(batch->voxels), hash.add(batch->channels),
        hash.add(batch->size.data(), sizeof batch->size), hash.add(batch->values);
  else if (const auto* found = payload_cast<Scores>(&payload))
    hash.add(found->geometry), hash.add(found->voxels), hash.add(found->classes), hash.add(found->values);
  else if (const auto* rows = payload_cast<Table>(&payload)) add_table(hash, *rows);
  else add_codec_bytes(hash, payload);
  return hash.value();
}

std::string payload_fault(const Payload& payload) {
  if (const auto* one = payload_cast<Volume>(&payload))
    return count_fault(one->geometry.voxel_count(), one->voxels.size(), "voxels");
  if (const auto* two = payload_cast<Mask>(&payload))
    return count_fault(two->geometry.voxel_count(), two->voxels.size(), "voxels");
  if (const auto* labels = payload_cast<Labels>(&payload))
    return count_fault(labels->geometry.voxel_count(), labels->voxels.size(), "voxels");
  if (const auto* list = payload_cast<VoxelList>(&payload)) return list_fault(list->geometry, list->voxels, true);
  if (const auto* rows = payload_cast<Table>(&payload)) return table_fault(*rows);
  if (const auto* batch = payload_cast<PatchBatch>(&payload))
    return first_of(list_fault(batch->geometry, batch->voxels, false),
                    count_fault(batch->count() * batch->values_per_patch(), batch->values.size(), "values"));
  if (const auto* found = payload_cast<Scores>(&payload))
    return first_of(
        list_fault(found->geometry, found->voxels, false),
        count_fault(static_cast<std::int64_t>(found->voxels.size()) * found->classes, found->values.size(), "values"));
  return "";
}

}  // namespace flowrun::testing
