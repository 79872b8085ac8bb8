#include "image_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>

#include "data_stream.h"
#include "file_image.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "itk_session.h"
#include "nifti_bytes.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNiftiLargestSize = 32767;
/// Level 6 takes several times as long for probability maps and saves a few per cent.
constexpr int kCompression = 2;

[[noreturn]] void refuse_to_write(const fs::path& path, const std::string& what) {
  throw Error("cannot write '" + path.string() + "': " + what);
}

template <class T>
constexpr itk::IOComponentEnum component_of() {
  if constexpr (std::is_same_v<T, float>) return itk::IOComponentEnum::FLOAT;
  if constexpr (std::is_same_v<T, double>) return itk::IOComponentEnum::DOUBLE;
  if constexpr (std::is_same_v<T, std::int32_t>) return itk::IOComponentEnum::INT;
  if constexpr (std::is_same_v<T, std::int16_t>) return itk::IOComponentEnum::SHORT;
  if constexpr (std::is_same_v<T, std::uint16_t>) return itk::IOComponentEnum::USHORT;
  return itk::IOComponentEnum::UCHAR;
}

template <class T>
constexpr int nifti_type_of() {
  if constexpr (std::is_same_v<T, float>) return 16;
  if constexpr (std::is_same_v<T, double>) return 64;
  if constexpr (std::is_same_v<T, std::int32_t>) return 8;
  if constexpr (std::is_same_v<T, std::int16_t>) return 4;
  if constexpr (std::is_same_v<T, std::uint16_t>) return 512;
  return 2;
}

struct Pixels {
  const void* data = nullptr;
  std::uint64_t bytes = 0;
  itk::IOComponentEnum component = itk::IOComponentEnum::FLOAT;
  int nifti_type = 16;
  int bits = 32;  ///< of a voxel
};

void describe(itk::ImageIOBase& io, const Geometry& geometry, const Pixels& pixels) {
  io.SetNumberOfDimensions(3);
  for (unsigned axis = 0; axis < 3; ++axis) {
    io.SetDimensions(axis, static_cast<itk::SizeValueType>(geometry.size[axis]));
    io.SetSpacing(axis, geometry.spacing[axis]);
    io.SetOrigin(axis, geometry.origin[axis]);
    io.SetDirection(axis,
                    std::vector<double>{geometry.direction[axis], geometry.direction[3 + axis], geometry.direction[6 + axis]});
  }
  io.SetPixelType(itk::IOPixelEnum::SCALAR);
  io.SetComponentType(pixels.component);
  io.SetNumberOfComponents(1);
  take_whole_image(io);
}

void write_by_itk(const fs::path& temporary, const fs::path& shown_as, const NamedFormat& named, const Geometry& geometry,
                  const Pixels& pixels, bool compress, const Warn& warn) try {
  const ItkSession session;
  const auto io = make_image_io(named.format);
  describe(*io, geometry, pixels);
  io->SetFileName(temporary.string());
  io->SetUseCompression(compress);
  io->SetCompressionLevel(kCompression);
  io->WriteImageInformation();
  io->Write(pixels.data);
  for (const std::string& sentence : session.warnings()) warn("'" + shown_as.string() + "': " + sentence);
} catch (const itk::ExceptionObject& e) {
  refuse_to_write(shown_as, plain_reason(e.GetDescription()));
}

/// ITK's writers do not all look whether the bytes arrived (a full disk), so the temporary is measured.
void require_written(const AtomicFile& file, const NamedFormat& named) try {
  const FileImage image = named.format == Format::nrrd ? read_nrrd(file.temporary()) : read_meta(file.temporary());
  require_all_voxels(image.voxels, image.grid.size, file.temporary());
} catch (const Error&) {
  refuse_to_write(file.target(), "not all of it reached the disk, which may be full; free some space or choose another folder");
}

/// Header and voxels in one stream: ITK's own way has a fixed, slow level of compression and does not notice a full
/// disk.
void write_nifti(const AtomicFile& file, const NamedFormat& named, const Geometry& geometry, const Pixels& pixels) {
  const std::vector<char> header = nifti_header_bytes(geometry, pixels.nifti_type, pixels.bits);
  DataWriter writer(file.temporary(), file.target(), named.suffix.ends_with(".gz") ? kCompression : 0);
  writer.write(header.data(), header.size());
  writer.write(pixels.data, pixels.bytes);
  writer.close();
}

void write_pixels(const fs::path& path, const Geometry& geometry, const Pixels& pixels, bool compress, const Warn& warn) try {
  const NamedFormat named = *format_of(path);
  AtomicFile file(path, named.suffix);
  if (named.format == Format::nifti) {
    write_nifti(file, named, geometry, pixels);
  } else {
    write_by_itk(file.temporary(), path, named, geometry, pixels, compress, warn);
    require_written(file, named);
  }
  file.commit();
} catch (const std::bad_alloc&) {
  refuse_to_write(path, "there is not enough memory for it");
}

void require_writable_geometry(const fs::path& path, const Geometry& geometry) {
  constexpr double kNoticeable = 0.1;  // of a voxel
  if (format_of(path)->format != Format::nifti) return;
  if (*std::max_element(geometry.size.begin(), geometry.size.end()) > kNiftiLargestSize)
    refuse_to_write(path, "an image of " + size_text(geometry.size) +
                              " voxels does not fit into NIfTI-1 (at most 32767 an axis); name it .nrrd or .mha");
  const double shift = nifti_shift(geometry), voxel = std::min({geometry.spacing[0], geometry.spacing[1], geometry.spacing[2]});
  if (!(shift <= kNoticeable * voxel))
    refuse_to_write(path, "NIfTI-1 keeps places as 32-bit float, which would move the image by up to " + number_text(shift) +
                              " mm, more than a tenth of a voxel (its first voxel is at " + number_text(geometry.origin[0]) +
                              ", " + number_text(geometry.origin[1]) + ", " + number_text(geometry.origin[2]) +
                              " mm); name it .nrrd or .mha, which keep 64 bits");
}

}  // namespace

void require_writable_name(const fs::path& path) {
  const auto named = format_of(path);
  if (!named) refuse_to_write(path, "the ending of its name says no known format; choose one of " + writable_suffixes());
  if (!is_writable(*named))
    refuse_to_write(path, named->suffix + " is read but not written" +
                              (named->single_file ? "" : " (two files cannot be replaced in one step)") + "; choose one of " +
                              writable_suffixes());
}

template <class T>
void write_image(const fs::path& path, const Geometry& geometry, const std::vector<T>& voxels, bool compress, const Warn& warn) {
  require_writable_name(path);
  require_writable_geometry(path, geometry);
  if (static_cast<std::int64_t>(voxels.size()) != geometry.voxel_count() || voxels.empty())
    refuse_to_write(path, "the image says " + size_text(geometry.size) + " voxels and has " + std::to_string(voxels.size()));
  write_pixels(path, geometry, {voxels.data(), voxels.size() * sizeof(T), component_of<T>(), nifti_type_of<T>(), 8 * sizeof(T)},
               compress, warn);
}

template void write_image(const fs::path&, const Geometry&, const std::vector<float>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<double>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::int32_t>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::int16_t>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::uint16_t>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::uint8_t>&, bool, const Warn&);

}  // namespace flowrun::io
