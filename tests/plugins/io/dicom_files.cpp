#include "dicom_files.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {
namespace {

template <class T>
void append(Bytes& bytes, T value) {
  const std::size_t place = bytes.size();
  bytes.resize(place + sizeof(T));
  put(bytes, place, value);
}

void append(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

void append_tag(Bytes& bytes, std::uint32_t tag) {
  append(bytes, static_cast<std::uint16_t>(tag >> 16));
  append(bytes, static_cast<std::uint16_t>(tag & 0xffff));
}

bool is_long(const std::string& form) { return form == "OB" || form == "OW" || form == "SQ" || form == "UN" || form == "OF"; }

constexpr std::uint32_t kItem = 0xfffee000, kItemEnd = 0xfffee00d, kSequenceEnd = 0xfffee0dd, kMarked = 0xffffffff;

void append_head(Bytes& bytes, std::uint32_t tag, const std::string& form, std::uint32_t length) {
  append_tag(bytes, tag);
  bytes.insert(bytes.end(), form.begin(), form.end());
  if (is_long(form)) append(bytes, std::uint16_t{0});
  if (form.empty() || is_long(form)) append(bytes, length);
  else append(bytes, static_cast<std::uint16_t>(length));
}

Bytes items_encoded(const std::vector<DicomData>& items, bool with_forms, bool marked) {
  Bytes bytes;
  for (const DicomData& item : items) {
    const Bytes inside = item.encoded(with_forms, marked);
    append_head(bytes, kItem, "", marked ? kMarked : static_cast<std::uint32_t>(inside.size()));
    append(bytes, inside);
    if (marked) append_head(bytes, kItemEnd, "", 0);
  }
  if (marked) append_head(bytes, kSequenceEnd, "", 0);
  return bytes;
}

bool is_near(const std::array<std::int64_t, 3>& a, const std::array<std::int64_t, 3>& b) {
  return std::abs(a[0] - b[0]) <= 2 && std::abs(a[1] - b[1]) <= 2 && std::abs(a[2] - b[2]) <= 2;
}

template <class T, class V>
Bytes binary(const std::vector<V>& values) {
  Bytes bytes;
  for (const V value : values) append(bytes, static_cast<T>(value));
  return bytes;
}

}  // namespace

DicomData& DicomData::bytes(std::uint32_t tag, const std::string& form, const Bytes& value) {
  elements_[tag] = {form, value, {}, false};
  return *this;
}

DicomData& DicomData::text(std::uint32_t tag, const std::string& form, const std::string& value) {
  Bytes padded(value.begin(), value.end());
  if (padded.size() % 2) padded.push_back(form == "UI" ? 0 : ' ');
  return bytes(tag, form, padded);
}

DicomData& DicomData::decimals(std::uint32_t tag, const std::vector<double>& values) {
  std::string joined;
  for (const double value : values) {
    char number[32];
    std::snprintf(number, sizeof number, "%.9g", value);
    joined += (joined.empty() ? "" : "\\") + std::string(number);
  }
  return text(tag, "DS", joined);
}

DicomData& DicomData::shorts(std::uint32_t tag, const std::vector<int>& values) {
  return bytes(tag, "US", binary<std::uint16_t>(values));
}
DicomData& DicomData::doubles(std::uint32_t tag, const std::vector<double>& values) {
  return bytes(tag, "FD", binary<double>(values));
}
DicomData& DicomData::longs(std::uint32_t tag, const std::vector<std::uint32_t>& values) {
  return bytes(tag, "UL", binary<std::uint32_t>(values));
}

DicomData& DicomData::sequence(std::uint32_t tag, const std::vector<DicomData>& items) {
  elements_[tag] = {"SQ", {}, items, false};
  return *this;
}

DicomData& DicomData::fragments(std::uint32_t tag, const std::vector<Bytes>& pieces) {
  Bytes all;
  append_head(all, kItem, "", 0);  // the table of offsets
  for (const Bytes& piece : pieces) {
    append_head(all, kItem, "", static_cast<std::uint32_t>(piece.size()));
    append(all, piece);
  }
  append_head(all, kSequenceEnd, "", 0);
  elements_[tag] = {"OB", all, {}, true};
  return *this;
}

DicomData& DicomData::remove(std::uint32_t tag) {
  elements_.erase(tag);
  return *this;
}

Bytes DicomData::encoded(bool with_forms, bool marked_ends) const {
  Bytes bytes;
  for (const auto& [tag, element] : elements_) {
    const bool sequence = element.form == "SQ";
    const Bytes value = sequence ? items_encoded(element.items, with_forms, marked_ends) : element.value;
    const bool marked = element.is_marked || (sequence && marked_ends);
    append_head(bytes, tag, with_forms ? element.form : "", marked ? kMarked : static_cast<std::uint32_t>(value.size()));
    append(bytes, value);
  }
  return bytes;
}

void save_dicom(const std::string& file, const DicomData& data, const DicomLayout& layout) {
  Bytes bytes;
  if (layout.preamble) {
    bytes.resize(128);
    for (const char c : {'D', 'I', 'C', 'M'}) bytes.push_back(static_cast<unsigned char>(c));
  }
  if (layout.meta) append(bytes, DicomData().text(0x00020010, "UI", layout.syntax).encoded());
  append(bytes, data.encoded(layout.with_forms, layout.marked_ends));
  save(file, bytes);
}

DicomData picture(int frames, int first) {
  DicomData data;
  data.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4").text(0x00080060, "CS", "MR").text(0x0008103e, "LO", "FLAIR");
  data.text(0x0020000d, "UI", "1.2.826.0.1.3680043.2.1125.77").text(0x0020000e, "UI", "1.2.826.0.1.3680043.2.1125.1");
  data.shorts(0x00280002, {1}).text(0x00280004, "CS", "MONOCHROME2").shorts(0x00280010, {3}).shorts(0x00280011, {4});
  if (frames > 1) data.text(0x00280008, "IS", std::to_string(frames));
  data.shorts(0x00280100, {16}).shorts(0x00280101, {16}).shorts(0x00280102, {15}).shorts(0x00280103, {1});
  std::vector<int> voxels;
  for (int i = 0; i < 12 * frames; ++i) voxels.push_back(first + i);
  return data.bytes(0x7fe00010, "OW", binary<std::int16_t>(voxels));
}

std::vector<DicomData> groups_at(const std::vector<double>& heights) {
  std::vector<DicomData> groups;
  for (const double z : heights)
    groups.push_back(DicomData().sequence(0x00209113, {DicomData().decimals(0x00200032, {-20, 5, z})}));
  return groups;
}

DicomData shared_groups() {
  return DicomData()
      .sequence(0x00209116, {DicomData().decimals(0x00200037, {1, 0, 0, 0, 1, 0})})
      .sequence(0x00289110, {DicomData().decimals(0x00280030, {0.75, 0.5}).decimals(0x00180050, {9}).decimals(0x00180088, {3})});
}

DicomData& put_groups(DicomData& data, const DicomData& shared, const std::vector<DicomData>& frames) {
  return data.sequence(0x52009229, {shared}).sequence(0x52009230, frames);
}

DicomData enhanced(const std::vector<double>& heights) {
  DicomData data = picture(static_cast<int>(heights.size()));
  data.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4.1").text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\M\\NONE");
  return put_groups(data, shared_groups(), groups_at(heights));
}

DicomData slice_data(const DicomSliceFile& slice) {
  DicomData data = picture();
  data.text(0x0008103e, "LO", slice.description).text(0x0020000e, "UI", slice.series);
  data.decimals(0x00180050, {3}).decimals(0x00180088, {3});
  data.decimals(0x00200032, {slice.position.begin(), slice.position.end()});
  data.decimals(0x00200037, {slice.orientation.begin(), slice.orientation.end()});
  data.shorts(0x00280010, {slice.size[1]}).shorts(0x00280011, {slice.size[0]});
  data.decimals(0x00280030, {slice.spacing[1], slice.spacing[0]});
  if (slice.rescaled) data.decimals(0x00281052, {-5}).decimals(0x00281053, {2});
  std::vector<int> voxels;
  for (int i = 0; i < slice.size[0] * slice.size[1]; ++i) voxels.push_back(slice.first + i);
  return data.bytes(0x7fe00010, "OW", binary<std::int16_t>(voxels));
}

void write_dicom_slice(const std::string& file, const DicomSliceFile& slice) { save_dicom(file, slice_data(slice)); }

ReadDicom read_dicom(const std::string& path, bool resample) {
  NodeRunner runner("io.read_volume", {{"path", path}, {"sheared", std::string(resample ? "resample" : "error")}});
  runner.run();
  return {runner.output<Volume>("volume"), runner.warnings()};
}

std::array<double, 3> spot_in_world(const Volume& volume, std::int64_t first, std::int64_t end) {
  const Geometry& grid = volume.geometry;
  const auto start = volume.voxels.begin() + grid.index_of(0, 0, first), stop = volume.voxels.begin() + grid.index_of(0, 0, end);
  const auto middle = grid.voxel_at(std::max_element(start, stop) - volume.voxels.begin());
  std::array<double, 3> sum{};
  double total = 0;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto voxel = grid.voxel_at(i);
    if (!is_near(voxel, middle)) continue;
    const double value = volume.voxels[static_cast<std::size_t>(i)];
    for (std::size_t axis = 0; axis < 3; ++axis) sum[axis] += value * static_cast<double>(voxel[axis]);
    total += value;
  }
  std::array<double, 3> world = grid.origin;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t axis = 0; axis < 3; ++axis)
      world[row] += grid.direction[3 * row + axis] * grid.spacing[axis] * sum[axis] / total;
  return world;
}

}  // namespace flowrun::testing
