#include "image_reader.h"

#include <cmath>
#include <new>
#include <utility>

#include "dicom_check.h"
#include "dicom_series.h"
#include "image_format.h"
#include "itk_session.h"
#include "nifti_file.h"
#include "text_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

void pass_on(const ItkSession& session, const fs::path& path, const Warn& warn) {
  for (const std::string& sentence : session.warnings()) warn("'" + path.string() + "': " + sentence);
}

/// NIfTI: ITK tells the grid; the voxels are read here, outside ITK's lock.
Volume read_nifti(const fs::path& path, const NamedFormat& named, const ReadOptions& options, const Warn& warn) {
  const bool compressed = named.suffix.ends_with(".gz");
  const NiftiHeader header = read_nifti_header(path, compressed);
  Volume volume;
  {
    const ItkSession session;
    volume.geometry = read_header(*make_image_io(named.format), path, named);
    pass_on(session, path, warn);
  }
  for (const std::string& doubt : {bits_doubt(header), placement_doubt(header, volume.geometry)})
    if (!doubt.empty()) warn("'" + path.string() + "': " + doubt);
  const FileGrid grid = file_grid_of(volume.geometry);
  require_readable(grid, path, options.sheared);
  volume.voxels = read_nifti_voxels(path, compressed, header, volume.geometry);
  place_on_grid(volume, grid, path, options.between, warn);
  return volume;
}

Volume read_by_itk(const fs::path& path, const NamedFormat& named, const ReadOptions& options, const Warn& warn) {
  const ItkSession session;
  const auto io = make_image_io(named.format);
  Volume volume;
  volume.geometry = read_header(*io, path, named);
  const FileGrid grid = file_grid_of(volume.geometry);
  require_readable(grid, path, options.sheared);
  const auto bytes = static_cast<std::uint64_t>(volume.geometry.voxel_count()) * io->GetComponentSize();
  require_all_data(path, named, volume.geometry, bytes);
  append_voxels(*io, path, volume.voxels);
  place_on_grid(volume, grid, path, options.between, warn);
  pass_on(session, path, warn);
  return volume;
}

/// The format by the name; DICOM files often have none that says so, hence a look inside.
NamedFormat format_to_read(const fs::path& path) {
  if (const auto named = format_of(path)) return *named;
  if (claims_dicom(path)) return {"", Format::dicom, "DICOM", true};
  refuse(path, "the ending of its name says no known format; one of " + readable_suffixes() +
                   " is expected, or a folder with a DICOM series");
}

void require_file(const fs::path& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) refuse(path, "there is no such file");
  if (code) refuse(path, code.message());
  if (!fs::is_regular_file(status)) refuse(path, "it is neither a file nor a folder");
  if (size_of(path) == 0) refuse(path, "the file is empty; copy or make it again");
}

}  // namespace

Volume read_image(const fs::path& path, const ReadOptions& options, const Warn& warn) try {
  std::error_code code;
  if (fs::is_directory(path, code)) return read_dicom_series(path, options, warn);
  require_file(path);
  const NamedFormat named = format_to_read(path);
  if (named.format == Format::dicom) return read_dicom_file(path, options, warn);
  Volume volume =
      named.format == Format::nifti ? read_nifti(path, named, options, warn) : read_by_itk(path, named, options, warn);
  volume.source = path.string();
  return volume;
} catch (const std::bad_alloc&) {
  refuse(path, "there is not enough memory for it");
}

NonFinite find_non_finite(Volume& volume, bool replace) {
  NonFinite found;
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) {
    if (std::isfinite(volume.voxels[i])) continue;
    if (found.count++ == 0) found.first = static_cast<std::int64_t>(i);
    if (replace) volume.voxels[i] = 0;
  }
  return found;
}

std::string voxel_text(const Geometry& geometry, std::int64_t index) {
  const auto voxel = geometry.voxel_at(index);
  return "(" + std::to_string(voxel[0]) + ", " + std::to_string(voxel[1]) + ", " + std::to_string(voxel[2]) + ")";
}

}  // namespace flowrun::io
