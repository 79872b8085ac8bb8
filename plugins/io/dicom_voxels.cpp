#include "dicom_voxels.h"

#include <gdcmFragment.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "dicom_codestream.h"
#include "image_header.h"
#include "itk_session.h"

namespace flowrun::io {
namespace {

constexpr Tag kModality = 0x00080060, kPhotometric = 0x00280004, kRescaleType = 0x00281054, kPixels = 0x7fe00010;

std::string bytes_of(const DicomFile& file, std::uint64_t start, std::uint64_t length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  std::ifstream stream(file.path, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(start));
  stream.read(bytes.data(), static_cast<std::streamsize>(length));
  if (static_cast<std::uint64_t>(stream.gcount()) != length)
    refuse(file.path, "its voxels cannot be read; the file is cut or damaged");
  return bytes;
}

/// Fragments as GDCM wants them.
gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments_of(const DicomFile& file, int& bits) {
  gdcm::SmartPointer<gdcm::SequenceOfFragments> all = gdcm::SequenceOfFragments::New();
  const std::size_t frames = static_cast<std::size_t>(file.voxels->frames);
  for (const DicomVoxels::Piece& piece : file.voxels->fragments) {
    const std::string bytes = bytes_of(file, piece.start, piece.length);
    const bool starts_frame = file.voxels->fragments.size() == frames || all->GetNumberOfFragments() == 0;
    const int found = starts_frame ? require_sound_codestream(bytes, file) : bits;
    if (all->GetNumberOfFragments() > 0 && found != bits)
      refuse(file.path, "its compressed frames have " + std::to_string(bits) + " and " + std::to_string(found) +
                            " bits; one number is expected, so the file is damaged");
    bits = found;
    gdcm::Fragment fragment;
    fragment.SetByteValue(bytes.data(), gdcm::VL(static_cast<std::uint32_t>(bytes.size())));
    all->AddFragment(fragment);
  }
  if (file.voxels->fragments.empty() || (frames > 1 && file.voxels->fragments.size() != frames))
    refuse(file.path, "its " + std::to_string(frames) + " compressed frames come in " +
                          std::to_string(file.voxels->fragments.size()) +
                          " parts, whose frames are not known; decompress the file first, as dcmdjpeg or gdcmconv --raw do");
  return all;
}

/// All frames of a compressed file; `allocated` becomes the bits that a value takes in what is returned.
std::string decompressed(const DicomFile& file, int& allocated) {
  const DicomVoxels& voxels = *file.voxels;
  const double size = static_cast<double>(voxels.columns) * static_cast<double>(voxels.rows) *
                      static_cast<double>(voxels.frames) * voxels.allocated / 8;
  if (size > std::numeric_limits<std::uint32_t>::max())
    refuse(file.path, "its compressed voxels are more than 4 GiB; decompress the file first, as dcmdjpeg or gdcmconv --raw do");
  const ItkSession session;
  int bits = 0;
  gdcm::DataElement pixels(gdcm::Tag(kPixels), 0, gdcm::VR::OB);
  pixels.SetValue(*fragments_of(file, bits));
  allocated = bits == 0 ? voxels.allocated : bits <= 8 ? 8 : bits <= 16 ? 16 : 32;
  gdcm::Image image;
  image.SetNumberOfDimensions(voxels.frames > 1 ? 3 : 2);
  const unsigned sizes[3]{static_cast<unsigned>(voxels.columns), static_cast<unsigned>(voxels.rows),
                          static_cast<unsigned>(voxels.frames)};
  image.SetDimensions(sizes);
  const auto stored = static_cast<unsigned short>(std::min(voxels.stored, allocated));
  image.SetPixelFormat(gdcm::PixelFormat(1, static_cast<unsigned short>(allocated), stored,
                                         static_cast<unsigned short>(stored - 1), voxels.is_signed));
  image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  image.SetTransferSyntax(gdcm::TransferSyntax(gdcm::TransferSyntax::GetTSType(file.syntax.c_str())));
  image.SetDataElement(pixels);
  std::string bytes(image.GetBufferLength(), '\0');
  if (!image.GetBuffer(bytes.data())) refuse(file.path, "its compressed voxels cannot be decoded; the file is cut or damaged");
  return bytes;
}

/// What makes a value of the bits that a voxel takes.
struct Meaning {
  int stored = 16;
  bool is_signed = false;
  bool inverted = false;
  double slope = 1, intercept = 0;

  float value(std::uint32_t bits, ValueLosses& losses, std::size_t index) const {
    const std::int64_t range = std::int64_t{1} << stored;
    std::int64_t number = bits & (range - 1);
    if (is_signed && number >= range / 2) number -= range;
    if (inverted) number = (is_signed ? -1 : range - 1) - number;
    if (slope == 1 && intercept == 0) return losses.kept(number, index);
    return losses.scaled(slope * static_cast<double>(number) + intercept, index);
  }
};

template <class T>
void append_as(const char* bytes, std::size_t count, const Meaning& meaning, DicomValues& all) {
  for (std::size_t i = 0; i < count; ++i) {
    T bits;
    std::memcpy(&bits, bytes + i * sizeof(T), sizeof(T));
    all.values.push_back(meaning.value(bits, all.losses, all.values.size()));
  }
}

void append(const char* bytes, std::size_t count, int allocated, const Meaning& meaning, DicomValues& all) {
  if (allocated == 8) append_as<std::uint8_t>(bytes, count, meaning, all);
  else if (allocated == 16) append_as<std::uint16_t>(bytes, count, meaning, all);
  else append_as<std::uint32_t>(bytes, count, meaning, all);
}

/// The frames of one file, of which only a compressed one is kept in memory as a whole.
class Frames {
 public:
  explicit Frames(const DicomFile& file) : file_(file), allocated_(file.voxels->allocated) {
    if (!file.voxels->plain) all_ = decompressed(file, allocated_);
  }

  void append_to(DicomValues& all, std::size_t frame, const Meaning& meaning) const {
    const DicomVoxels& voxels = *file_.voxels;
    const auto count = static_cast<std::size_t>(voxels.columns * voxels.rows);
    const std::size_t length = count * static_cast<std::size_t>(allocated_) / 8;
    if (!voxels.plain) return append(all_.data() + frame * length, count, allocated_, meaning, all);
    const std::string bytes = bytes_of(file_, voxels.plain->start + frame * length, length);
    append(bytes.data(), count, allocated_, meaning, all);
  }

 private:
  const DicomFile& file_;
  int allocated_;
  std::string all_;
};

bool is_inverse(const DicomFile& file) { return file.elements.text(kPhotometric) == "MONOCHROME1"; }

/// Hounsfield units, activity and what else is measured mean the same however a picture of them is shown.
bool has_unit(const DicomFile& file) {
  const std::string modality = file.elements.text(kModality), type = file.elements.text(kRescaleType);
  static constexpr std::array<std::string_view, 8> kUnits{"HU", "HU_MOD", "OD", "MGML", "ED", "EDW", "Z_EFF", "PCT"};
  return modality == "CT" || modality == "PT" || modality == "RTDOSE" ||
         std::find(kUnits.begin(), kUnits.end(), type) != kUnits.end();
}

}  // namespace

DicomValues read_dicom_voxels(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  DicomValues all;
  all.values.reserve(planes.size() * static_cast<std::size_t>(files.front().voxels->columns * files.front().voxels->rows));
  std::map<std::size_t, Frames> open;
  std::map<std::size_t, std::size_t> left;
  for (const DicomPlane& plane : planes) ++left[plane.file];
  for (const DicomPlane& plane : planes) {
    const DicomFile& file = files[plane.file];
    const Frames& frames = open.try_emplace(plane.file, file).first->second;
    const bool turn = is_inverse(file) && !has_unit(file);
    if (is_inverse(file)) ++(turn ? all.inverted : all.kept);
    frames.append_to(all, plane.frame, {file.voxels->stored, file.voxels->is_signed, turn, plane.slope, plane.intercept});
    if (--left[plane.file] == 0) open.erase(plane.file);
  }
  return all;
}

}  // namespace flowrun::io
