#include "dicom_kind.h"

#include <gdcmJPEG2000Codec.h>
#include <gdcmJPEGCodec.h>
#include <gdcmJPEGLSCodec.h>
#include <gdcmRLECodec.h>
#include <gdcmTransferSyntax.h>
#include <gdcmUIDs.h>

#include <algorithm>
#include <array>
#include <utility>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr Tag kImageType = 0x00080008, kFrameIncrement = 0x00280009, kPhotometric = 0x00280004, kValueTable = 0x00283000;
constexpr Tag kPerFrame = 0x52009230;
constexpr std::string_view kDirectory = "1.2.840.10008.1.3.10", kSegmentation = "1.2.840.10008.5.1.4.1.1.66.4";

std::string name_of(const std::string& uid) {
  gdcm::UIDs known;
  const char* name = !uid.empty() && known.SetFromUID(uid.c_str()) ? known.GetName() : nullptr;
  return name ? name : printable(uid);
}

void require_voxels(const DicomFile& file) {
  if (file.voxels) return;
  if (file.storage == kDirectory)
    refuse(file.path, "it is a DICOMDIR, the list of contents of a disc; give a folder with the DICOM files of one series");
  const std::string kind = "it is a DICOM file of the kind '" + dicom_kind(file) + "'";
  if (file.has_float_voxels)
    refuse(file.path,
           kind + " whose voxels are floating-point numbers (Float Pixel Data), which are not read; convert it to NIfTI");
  refuse(file.path, "this DICOM file contains no image: " + kind + "; give the images themselves");
}

void require_one_number(const DicomFile& file) {
  const std::vector<std::string> type = file.elements.texts(kImageType);
  if (std::find(type.begin(), type.end(), "MOSAIC") != type.end())
    refuse(file.path, "it is a Siemens mosaic: its " + std::to_string(file.voxels->columns) + " x " +
                          std::to_string(file.voxels->rows) +
                          " picture shows all slices of a volume side by side; convert it with dcm2niix");
  if (file.storage == kSegmentation)
    refuse(file.path, "it is a DICOM segmentation, which is not read; convert it to a mask in NIfTI");
  const std::string meaning = file.elements.text(kPhotometric);
  const bool grey = meaning.empty() || meaning == "MONOCHROME1" || meaning == "MONOCHROME2";
  if (file.voxels->samples != 1 || !grey)
    refuse(file.path, "it has " + std::to_string(file.voxels->samples) + " numbers a voxel, which are " +
                          (meaning.empty()              ? "colours"
                           : meaning == "PALETTE COLOR" ? "places in a table of colours"
                                                        : "colours (" + printable(meaning) + ")") +
                          "; an image with one grey value a voxel is expected, not a screenshot or a colour map");
  if (!file.elements.sequences.contains(kValueTable)) return;
  refuse(file.path, "its values are kept behind a table (Modality LUT Sequence), which is not read; convert it to NIfTI");
}

/// Frames that have times, and no distance between them. Captures of slices have times too, for showing them one by
/// one.
bool is_film(const DicomFile& file) {
  static constexpr std::array<Tag, 3> kTimes{0x00181060, 0x00181063, 0x00181065};
  for (const Tag distance : {Tag{0x00180088}, Tag{0x00182005}, Tag{0x3004000c}})
    if (file.elements.has(distance)) return false;
  if (file.elements.has(kTimes[1]) || file.elements.has(kTimes[2])) return true;
  const std::vector<double> pointers = file.elements.numbers(kFrameIncrement);
  for (std::size_t i = 0; i + 1 < pointers.size(); i += 2) {
    const Tag tag = static_cast<Tag>(pointers[i]) << 16 | static_cast<Tag>(pointers[i + 1]);
    if (std::find(kTimes.begin(), kTimes.end(), tag) != kTimes.end()) return true;
  }
  return false;
}

/// Frames may be points in time, or parts of several volumes, and only the file's kind says so.
void require_stack(const DicomFile& file) {
  static constexpr std::array<std::pair<Tag, const char*>, 8> kSplits{{{0x00540010, "energy windows"},
                                                                       {0x00540020, "detectors"},
                                                                       {0x00540030, "phases"},
                                                                       {0x00540050, "rotations"},
                                                                       {0x00540060, "R-R intervals"},
                                                                       {0x00540070, "time slots"},
                                                                       {0x00540090, "angular views"},
                                                                       {0x00540100, "time slices"}}};
  if (file.voxels->frames == 1 || file.elements.sequences.contains(kPerFrame)) return;
  const std::string frames = "its " + std::to_string(file.voxels->frames) + " frames are ";
  if (is_film(file)) refuse(file.path, frames + "points in time (a film), no slices; a single 3D image is expected");
  for (const auto& [tag, what] : kSplits) {
    const std::vector<double> parts = file.elements.numbers(tag);
    if (std::adjacent_find(parts.begin(), parts.end(), std::not_equal_to<>()) != parts.end())
      refuse(file.path, frames + "of several " + what + ", so it contains more than one volume; a single one is expected");
  }
}

bool can_be_decoded(const std::string& syntax) {
  const gdcm::TransferSyntax known(gdcm::TransferSyntax::GetTSType(syntax.c_str()));
  return known.IsValid() && (gdcm::JPEGCodec().CanDecode(known) || gdcm::JPEGLSCodec().CanDecode(known) ||
                             gdcm::JPEG2000Codec().CanDecode(known) || gdcm::RLECodec().CanDecode(known));
}

void require_decoder(const DicomFile& file) {
  if (file.voxels->plain || can_be_decoded(file.syntax)) return;
  refuse(file.path, "its voxels are compressed in a way for which there is no decoder here (transfer syntax '" +
                        name_of(file.syntax) + "'); decompress the file first, as dcm2niix, dcmdjpeg or gdcmconv --raw do");
}

}  // namespace

std::string dicom_kind(const DicomFile& file) { return file.storage.empty() ? "unknown" : name_of(file.storage); }

void require_slices(const DicomFile& file) {
  require_voxels(file);
  require_one_number(file);
  require_stack(file);
  require_decoder(file);
}

}  // namespace flowrun::io
