#include "dicom_series.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dicom_scan.h"
#include "itk_session.h"

namespace flowrun::io {
namespace {

using Vector = std::array<double, 3>;

constexpr double kSameDirection = 1e-3;
constexpr double kUnevenGap = 0.1;  ///< of the usual gap between slices; headers round positions

Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector normal_of(const std::array<double, 6>& o) {
  return {o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3]};
}

std::string listing(const std::map<std::string, DicomSeries>& all) {
  std::string text;
  for (const auto& [uid, series] : all)
    text += (text.empty() ? "" : "; ") + printable(uid) + " '" + printable(series.description) + "' (" +
            std::to_string(series.slices.size()) + " images)";
  return text;
}

DicomSeries choose(std::map<std::string, DicomSeries> all, const std::filesystem::path& folder, const std::string& wanted) {
  if (all.empty())
    refuse(folder,
           "this folder holds no DICOM image; give an image file (" + readable_suffixes() + ") or a folder with a DICOM series");
  if (wanted.empty() && all.size() == 1) return std::move(all.begin()->second);
  if (wanted.empty())
    refuse(folder,
           "it holds " + std::to_string(all.size()) + " DICOM series; choose one by the parameter 'series': " + listing(all));
  if (const auto exact = all.find(wanted); exact != all.end()) return std::move(exact->second);
  std::vector<std::string> fitting;
  for (const auto& [uid, series] : all)
    if (uid.starts_with(wanted)) fitting.push_back(uid);
  if (fitting.size() != 1)
    refuse(folder, (fitting.empty() ? "no" : "more than one") + std::string(" DICOM series in it has the UID '") + wanted +
                       "'; there are: " + listing(all));
  return std::move(all[fitting.front()]);
}

/// By position along the slices' normal. Throws when that cannot be told.
void put_in_order(std::vector<DicomSlice>& slices, const std::filesystem::path& folder) {
  for (const DicomSlice& slice : slices) {
    if (!slice.placed)
      refuse(
          slice.file,
          "this DICOM image has no position or orientation in the patient, so the series in its folder cannot be put in order");
    for (std::size_t i = 0; i < 6; ++i)
      if (!(std::abs(slice.orientation[i] - slices.front().orientation[i]) < kSameDirection))
        refuse(folder, "the DICOM series has slices of several orientations ('" + slices.front().file.filename().string() +
                           "' and '" + slice.file.filename().string() +
                           "'), such as a localiser has; a stack of parallel slices is expected");
  }
  const Vector normal = normal_of(slices.front().orientation);
  std::stable_sort(slices.begin(), slices.end(),
                   [&](const DicomSlice& a, const DicomSlice& b) { return dot(normal, a.position) < dot(normal, b.position); });
}

void require_even_gaps(const std::vector<DicomSlice>& slices, const std::filesystem::path& folder) {
  const Vector normal = normal_of(slices.front().orientation);
  std::vector<double> gaps;
  for (std::size_t i = 1; i < slices.size(); ++i) gaps.push_back(dot(normal, minus(slices[i].position, slices[i - 1].position)));
  std::vector<double> sorted = gaps;
  std::sort(sorted.begin(), sorted.end());
  const double usual = sorted[sorted.size() / 2];
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const std::string between =
        "'" + slices[i].file.filename().string() + "' and '" + slices[i + 1].file.filename().string() + "'";
    if (!(gaps[i] > kSameDirection))
      refuse(folder, "the DICOM series has several slices at one position (" + between +
                         "), so it holds more than one volume; a single one is expected");
    if (std::abs(gaps[i] - usual) > kUnevenGap * usual)
      refuse(folder, "the slices of the DICOM series are not evenly spaced: " + number_text(gaps[i]) + " mm between " + between +
                         ", elsewhere " + number_text(usual) + " mm; a slice is missing or one too many");
  }
}

/// The grid of a stack from the first slice's own grid and the positions of all.
Geometry stack_geometry(Geometry slice, const std::vector<DicomSlice>& slices) {
  slice.size[2] = static_cast<std::int64_t>(slices.size());
  const DicomSlice& first = slices.front();
  const Vector along = minus(slices.back().position, first.position);
  const double length = std::sqrt(dot(along, along));
  slice.origin = first.position;
  slice.spacing[2] = length / static_cast<double>(slices.size() - 1);
  for (std::size_t row = 0; row < 3; ++row) {
    slice.direction[3 * row] = first.orientation[row];
    slice.direction[3 * row + 1] = first.orientation[3 + row];
    slice.direction[3 * row + 2] = along[row] / length;
  }
  return slice;
}

/// One image file behind what the volume has already; the volume gets its grid.
void append_slice(const std::filesystem::path& file, const NamedFormat& named, Volume& volume) {
  const auto io = make_image_io(Format::dicom);
  const Geometry geometry = read_header(*io, file, named);
  if (!volume.voxels.empty() && (geometry.size != volume.geometry.size))
    refuse(file, "this slice of a DICOM series has " + size_text(geometry.size) + " voxels and those before it " +
                     size_text(volume.geometry.size) + "; slices of one size are expected");
  if (volume.voxels.empty()) volume.geometry = geometry;
  append_voxels(*io, file, volume.voxels);
}

}  // namespace

Volume read_dicom_series(const std::filesystem::path& folder, const ReadOptions& options, const Warn& warn) {
  const ItkSession session;
  const NamedFormat named{".dcm", Format::dicom, "DICOM", true};
  std::vector<DicomSlice> slices = choose(scan_dicom_folder(folder), folder, options.series).slices;
  Volume volume;
  volume.source = folder.string();
  if (slices.size() > 1) {
    put_in_order(slices, folder);
    require_even_gaps(slices, folder);
  }
  for (const DicomSlice& slice : slices) {
    append_slice(slice.file, named, volume);
    if (slices.size() > 1 && volume.geometry.size[2] != 1)
      refuse(slice.file, "this file of a DICOM series of several files holds " + std::to_string(volume.geometry.size[2]) +
                             " slices; one is expected");
    if (volume.voxels.size() == static_cast<std::size_t>(volume.geometry.voxel_count()))
      volume.voxels.reserve(volume.voxels.size() * slices.size());
  }
  if (slices.size() > 1) volume.geometry = stack_geometry(volume.geometry, slices);
  const FileGrid grid = file_grid_of(volume.geometry);
  require_readable(grid, folder, options.sheared);
  place_on_grid(volume, grid, folder, options.between, warn);
  for (const std::string& sentence : session.warnings()) warn("'" + folder.string() + "': " + sentence);
  return volume;
}

}  // namespace flowrun::io
