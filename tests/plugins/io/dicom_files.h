// DICOM files byte by byte, made without any library, so that they can say anything.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "image_files.h"

namespace flowrun::testing {

/// The elements of a file, or of an item of a sequence, by their tags: 0x00200032 is (0020,0032).
class DicomData {
 public:
  DicomData& text(std::uint32_t tag, const std::string& form, const std::string& value);
  DicomData& decimals(std::uint32_t tag, const std::vector<double>& values);      ///< form DS
  DicomData& shorts(std::uint32_t tag, const std::vector<int>& values);           ///< form US
  DicomData& doubles(std::uint32_t tag, const std::vector<double>& values);       ///< form FD
  DicomData& longs(std::uint32_t tag, const std::vector<std::uint32_t>& values);  ///< form UL
  DicomData& sequence(std::uint32_t tag, const std::vector<DicomData>& items);
  DicomData& bytes(std::uint32_t tag, const std::string& form, const Bytes& value);
  DicomData& fragments(std::uint32_t tag, const std::vector<Bytes>& pieces);  ///< of compressed voxels
  DicomData& remove(std::uint32_t tag);

  /// Explicit or implicit value representation, little-endian. Sequences have lengths, or marks at their ends.
  Bytes encoded(bool with_forms = true, bool marked_ends = false) const;

 private:
  struct Element {
    std::string form;
    Bytes value;
    std::vector<DicomData> items;
    bool is_marked = false;  ///< the value brings its end with it
  };
  std::map<std::uint32_t, Element> elements_;
};

struct DicomLayout {
  bool preamble = true;  ///< 128 bytes and DICOM's mark
  bool meta = true;      ///< group 2, which names the transfer syntax
  bool with_forms = true;
  bool marked_ends = false;
  std::string syntax = "1.2.840.10008.1.2.1";
};
void save_dicom(const std::string& file, const DicomData& data, const DicomLayout& layout = {});

/// A picture of frames of 4 x 3 signed 16-bit voxels 0, 1, 2, ... (frame by frame, `first` added) with all that
/// describes the voxels and the series, and nothing about where they lie.
DicomData picture(int frames = 1, int first = 0);

/// An enhanced MR file: axial frames of 0.5 x 0.75 mm (0.75 between rows) at (-20, 5, z); frame i holds voxels 12 i, 12
/// i + 1,
/// ... Orientation and voxel size are shared; `per_frame` gets each frame's groups before they are put together.
DicomData enhanced(const std::vector<double>& heights);
/// The functional groups of its frames; put them in by put_groups.
std::vector<DicomData> groups_at(const std::vector<double>& heights);
DicomData shared_groups();
DicomData& put_groups(DicomData& data, const DicomData& shared, const std::vector<DicomData>& frames);

struct DicomSliceFile {
  std::string series = "1.2.826.0.1.3680043.2.1125.1";
  std::string description = "FLAIR";
  std::array<double, 3> position{0, 0, 0};
  std::array<double, 6> orientation{1, 0, 0, 0, 1, 0};
  std::array<int, 2> size{4, 3};
  std::array<double, 2> spacing{0.5, 0.75};  ///< along x and y, mm
  short first = 0;                           ///< stored values are first, first + 1, ...
  bool rescaled = false;                     ///< slope 2, intercept -5
};

/// One MR slice in a file of its own, with a thickness of 3 mm and as much between slices.
DicomData slice_data(const DicomSliceFile& slice);
void write_dicom_slice(const std::string& file, const DicomSliceFile& slice);

/// What io.read_volume makes of a file or folder, with its warnings.
struct ReadDicom {
  Volume volume;
  std::vector<std::string> warnings;
};
ReadDicom read_dicom(const std::string& path, bool resample = false);

/// Where the brightest spot of slices from `first` to before `end` lies in the world (LPS, mm): the centre of gravity
/// of the values within 2 voxels. Linear resampling keeps it.
std::array<double, 3> spot_in_world(const Volume& volume, std::int64_t first, std::int64_t end);

}  // namespace flowrun::testing
