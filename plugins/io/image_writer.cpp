#include "image_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <new>

#include "data_stream.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "itk_session.h"
#include "text_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNiftiHeaderBytes = 352;
constexpr std::size_t kNiftiDimAt = 40;
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
  if constexpr (std::is_same_v<T, std::int16_t>) return itk::IOComponentEnum::SHORT;
  if constexpr (std::is_same_v<T, std::uint16_t>) return itk::IOComponentEnum::USHORT;
  return itk::IOComponentEnum::UCHAR;
}

struct Pixels {
  const void* data = nullptr;
  std::uint64_t bytes = 0;
  itk::IOComponentEnum component = itk::IOComponentEnum::FLOAT;
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

/// The whole image, or of NIfTI the header alone when `pixels` is one voxel.
void write_by_itk(const fs::path& temporary, const fs::path& shown_as, const NamedFormat& named, const Geometry& geometry,
                  const Pixels& pixels, bool compress, const Warn& warn) try {
  const ItkSession session;
  const auto io = make_image_io(named.format);
  describe(*io, geometry, pixels);
  io->SetFileName(temporary.string());
  io->SetUseCompression(compress);
  io->SetCompressionLevel(kCompression);
  // Write of NIfTI does this too, and the second time loses the memory of the first (ITK 5.2).
  if (named.format != Format::nifti) io->WriteImageInformation();
  io->Write(pixels.data);
  for (const std::string& sentence : session.warnings()) warn("'" + shown_as.string() + "': " + sentence);
} catch (const itk::ExceptionObject& e) {
  refuse_to_write(shown_as, plain_reason(e.GetDescription()));
}

/// ITK's writers do not all look whether the bytes arrived (a full disk), so the temporary is measured.
void require_written(const AtomicFile& file, const NamedFormat& named, const Geometry& geometry, std::uint64_t bytes) try {
  require_all_data(file.temporary(), named, geometry, bytes);
} catch (const Error&) {
  refuse_to_write(file.target(), "not all of it reached the disk, which may be full; free some space or choose another folder");
}

/// The first bytes of a NIfTI file. ITK makes them for an image of one voxel at the same place; the sizes are put in here.
std::vector<char> nifti_header(const fs::path& path, const NamedFormat& named, const Geometry& geometry, const Pixels& pixels,
                               const Warn& warn) {
  const AtomicFile scratch(path, ".nii");
  Geometry one_voxel = geometry;
  one_voxel.size = {1, 1, 1};
  write_by_itk(scratch.temporary(), path, named, one_voxel, pixels, false, warn);
  std::vector<char> header(kNiftiHeaderBytes);
  std::ifstream(scratch.temporary(), std::ios::binary).read(header.data(), kNiftiHeaderBytes);
  if (std::memcmp(&header[344], "n+1", 4) != 0) refuse_to_write(path, "its header did not reach the disk, which may be full");
  const std::array<std::int16_t, 4> dim{3, static_cast<std::int16_t>(geometry.size[0]),
                                        static_cast<std::int16_t>(geometry.size[1]), static_cast<std::int16_t>(geometry.size[2])};
  std::memcpy(&header[kNiftiDimAt], dim.data(), sizeof dim);
  return header;
}

/// Header and voxels in one stream: ITK's own way has a fixed, slow level of compression and does not notice a full disk.
void write_nifti(const AtomicFile& file, const NamedFormat& named, const Geometry& geometry, const Pixels& pixels,
                 const Warn& warn) {
  const std::vector<char> header = nifti_header(file.target(), named, geometry, pixels, warn);
  DataWriter writer(file.temporary(), file.target(), named.suffix.ends_with(".gz") ? kCompression : 0);
  writer.write(header.data(), header.size());
  writer.write(pixels.data, pixels.bytes);
  writer.close();
}

void write_pixels(const fs::path& path, const Geometry& geometry, const Pixels& pixels, bool compress, const Warn& warn) try {
  const NamedFormat named = *format_of(path);
  AtomicFile file(path, named.suffix);
  if (named.format == Format::nifti) {
    write_nifti(file, named, geometry, pixels, warn);
  } else {
    write_by_itk(file.temporary(), path, named, geometry, pixels, compress, warn);
    require_written(file, named, geometry, pixels.bytes);
  }
  file.commit();
} catch (const std::bad_alloc&) {
  refuse_to_write(path, "there is not enough memory for it");
}

void require_writable_geometry(const fs::path& path, const Geometry& geometry) {
  if (format_of(path)->format == Format::nifti &&
      *std::max_element(geometry.size.begin(), geometry.size.end()) > kNiftiLargestSize)
    refuse_to_write(path, "an image of " + size_text(geometry.size) +
                              " voxels does not fit into NIfTI-1 (at most 32767 an axis); name it .nrrd or .mha");
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
  write_pixels(path, geometry, {voxels.data(), voxels.size() * sizeof(T), component_of<T>()}, compress, warn);
}

template void write_image(const fs::path&, const Geometry&, const std::vector<float>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<double>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::int16_t>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::uint16_t>&, bool, const Warn&);
template void write_image(const fs::path&, const Geometry&, const std::vector<std::uint8_t>&, bool, const Warn&);

}  // namespace flowrun::io
