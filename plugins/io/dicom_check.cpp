#include "dicom_check.h"

#include <gdcmDicts.h>
#include <gdcmGlobal.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr std::uint32_t kUndefined = 0xffffffff;
constexpr std::uint32_t kItem = 0xfffee000, kItemEnd = 0xfffee00d, kSequenceEnd = 0xfffee0dd;
constexpr std::uint32_t kTransferSyntax = 0x00020010, kPixels = 0x7fe00010, kRows = 0x00280010, kColumns = 0x00280011;
constexpr std::uint32_t kFrames = 0x00280008, kSamples = 0x00280002, kAllocated = 0x00280100;
constexpr int kDeepest = 32;            ///< sequences within sequences
constexpr double kLargestRatio = 4096;  ///< of compressed voxels; an empty slice in JPEG 2000 comes to half of it
constexpr double kUnasked = 1 << 20;    ///< bytes that compressed voxels may take in any case
constexpr std::uint32_t kLongestText = 64;

/// Value representations with a 16-bit length, and those with a 32-bit one.
constexpr std::string_view kShortForms = "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US";
constexpr std::string_view kLongForms = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";

/// Groups whose elements say how the voxels lie in space and in memory; GDCM takes these by their meaning, here and in sequences.
constexpr std::array<std::uint32_t, 5> kImageGroups{0x0018, 0x0020, 0x0028, 0x0054, 0x3004};

/// Whether an element has the value representation that the standard gives its tag; GDCM ends the process where it has not.
bool has_its_form(std::uint32_t tag, const std::string& form) {
  if (std::find(kImageGroups.begin(), kImageGroups.end(), tag >> 16) == kImageGroups.end()) return true;
  const gdcm::Dict& known = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
  const gdcm::VR wanted = known.GetDictEntry(gdcm::Tag(tag)).GetVR();
  return wanted == gdcm::VR::INVALID || wanted.Compatible(gdcm::VR::GetVRType(form.c_str()));
}

/// As the standard writes it: (0020,0032).
std::string tag_words(std::uint32_t tag) {
  char words[16];
  std::snprintf(words, sizeof words, "(%04x,%04x)", tag >> 16, tag & 0xffff);
  return words;
}

struct Element {
  std::uint32_t tag = 0;
  std::string form;  ///< value representation; empty where the file leaves it out
  std::uint32_t length = 0;
};

class DicomWalk {
 public:
  explicit DicomWalk(const std::filesystem::path& file) : file_(file), stream_(file, std::ios::binary), size_(size_of(file)) {}

  bool run() {
    if (!claims_dicom(file_)) refuse(file_, "it is not a DICOM file that ITK can read; it is damaged or of another format");
    at_ = 132;
    const std::string syntax = read_meta_group();
    with_forms_ = syntax != "1.2.840.10008.1.2";
    if (syntax == "1.2.840.10008.1.2.2" || syntax == "1.2.840.10008.1.2.1.99" || !syntax.starts_with("1.2.840.10008.1.2"))
      refuse(file_, "its DICOM transfer syntax '" + printable(syntax) +
                        "' is not one that is read here; convert it to explicit VR little endian");
    run_length_ = syntax == "1.2.840.10008.1.2.5";
    walk_elements(size_, 0);
    if (!has_pixels_ || number(kRows, 0) == 0 || number(kColumns, 0) == 0) return false;
    require_sane_voxels();
    require_all_voxels();
    return true;
  }

 private:
  [[noreturn]] void broken(const std::string& what) const {
    refuse(file_, "its DICOM " + what + " at byte " + std::to_string(at_) + "; the file is cut or damaged");
  }

  template <class T>
  T take() {
    std::array<unsigned char, sizeof(T)> raw{};
    if (at_ + sizeof(T) > size_) broken("elements stop");
    stream_.seekg(static_cast<std::streamoff>(at_));
    stream_.read(reinterpret_cast<char*>(raw.data()), sizeof(T));
    at_ += sizeof(T);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(raw[i]) << (8 * i));
    return value;
  }

  std::uint32_t take_tag() {
    const std::uint32_t group = take<std::uint16_t>();
    return group << 16 | take<std::uint16_t>();
  }

  Element take_head(bool with_form) {
    Element element{take_tag()};
    if (!with_form || element.tag >> 16 == 0xfffe) {
      element.length = take<std::uint32_t>();
      return element;
    }
    element.form = {static_cast<char>(take<std::uint8_t>()), static_cast<char>(take<std::uint8_t>())};
    const bool is_long = kLongForms.find(element.form) != std::string_view::npos;
    if (element.form.find(' ') != std::string::npos || (!is_long && kShortForms.find(element.form) == std::string_view::npos))
      broken("element has an unknown value representation");
    if (!has_its_form(element.tag, element.form))
      broken("element " + tag_words(element.tag) + " has the value representation " + element.form + ", which it cannot have,");
    if (is_long) take<std::uint16_t>();
    element.length = is_long ? take<std::uint32_t>() : take<std::uint16_t>();
    return element;
  }

  void step_over(std::uint32_t length, std::uint64_t end) {
    if (length > end || at_ > end - length) broken("element is longer (" + std::to_string(length) + " bytes) than what holds it");
    at_ += length;
  }

  std::string take_text(const Element& element) {
    if (element.length > kLongestText) broken("text is too long");
    std::string text;
    for (std::uint32_t i = 0; i < element.length; ++i) text += static_cast<char>(take<std::uint8_t>());
    return text.substr(0, text.find_last_not_of(std::string(" \0", 2)) + 1);
  }

  /// Reads the elements of group 2 and gives back the transfer syntax.
  std::string read_meta_group() {
    std::string syntax;
    std::uint32_t last = 0;
    while (true) {
      const std::uint64_t start = at_;
      const std::uint32_t tag = take_tag();
      at_ = start;
      if (tag >> 16 != 2) return syntax;
      const Element element = take_head(true);
      if (tag <= last || element.length == kUndefined) broken("elements are out of order");
      last = tag;
      if (tag == kTransferSyntax) syntax = take_text(element);
      else step_over(element.length, size_);
    }
  }

  /// Elements up to `end`, or up to the mark of an item's end.
  void walk_elements(std::uint64_t end, int depth) {
    if (depth > kDeepest) broken("sequences are nested too deeply");
    std::uint32_t last = 0;
    while (at_ < end) {
      const Element element = take_head(with_forms_);
      if (element.tag == kItemEnd && depth > 0) return;
      if (element.tag <= last || element.tag >> 16 == 0xfffe) broken("elements are out of order");
      last = element.tag;
      walk_value(element, end, depth);
    }
  }

  void walk_value(const Element& element, std::uint64_t end, int depth) {
    const bool sequence = element.form == "SQ" || (element.length == kUndefined && element.tag != kPixels);
    if (depth == 0 && element.tag == kFrames) {
      frames_ = take_text(element);
    } else if (depth == 0 && element.tag >> 16 == 0x0028 && element.length == 2) {
      numbers_[element.tag] = take<std::uint16_t>();
    } else if (element.length == kUndefined && element.tag == kPixels) {
      walk_fragments();
    } else if (sequence) {
      if (element.form == "UN") with_forms_ = false;  // such a sequence is written without value representations
      walk_items(element.length == kUndefined ? end : limit_of(element.length, end), element.length == kUndefined, depth);
      if (element.form == "UN") with_forms_ = true;
    } else {
      step_over(element.length, end);
      if (depth == 0 && element.tag == kPixels) voxel_bytes_ = element.length;
    }
    has_pixels_ = has_pixels_ || (depth == 0 && element.tag == kPixels);
  }

  std::uint64_t limit_of(std::uint32_t length, std::uint64_t end) const {
    if (length > end || at_ > end - length) broken("sequence is longer than what holds it");
    return at_ + length;
  }

  void walk_items(std::uint64_t end, bool marked, int depth) {
    while (at_ < end) {
      const Element item = take_head(false);
      if (item.tag == kSequenceEnd && marked) return;
      if (item.tag != kItem) broken("sequence has something else than items");
      walk_elements(item.length == kUndefined ? end : limit_of(item.length, end), depth + 1);
    }
    if (marked) broken("sequence has no end");
  }

  void walk_fragments() {
    while (true) {
      const Element fragment = take_head(false);
      if (fragment.tag == kSequenceEnd) return;
      if (fragment.tag != kItem) broken("voxels have something else than fragments");
      if (run_length_ && fragments_ > 0) require_sane_runs(fragment.length);
      step_over(fragment.length, size_);
      packed_bytes_ += fragment.length;
      ++fragments_;
    }
  }

  /// GDCM trusts the head of run-length coded voxels: how many segments there are, and where. The first fragment is a table.
  void require_sane_runs(std::uint32_t length) {
    constexpr std::uint32_t kHead = 64, kMost = 15;
    const std::uint64_t start = at_;
    const std::uint32_t expected = static_cast<std::uint32_t>(number(kSamples, 1) * number(kAllocated, 16) / 8);
    if (length < kHead || start + length > size_) broken("run lengths are too short");
    const auto count = take<std::uint32_t>();
    if (count != expected || count > kMost) broken("run lengths have another number of segments than the voxels have bytes,");
    std::uint32_t last = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto offset = take<std::uint32_t>();
      if (offset <= last || offset < kHead || offset >= length) broken("run lengths have a segment outside");
      last = offset;
    }
    at_ = start;
  }

  int number(std::uint32_t tag, int otherwise) const {
    const auto found = numbers_.find(tag);
    return found == numbers_.end() ? otherwise : found->second;
  }

  void require_sane_voxels() const {
    const int samples = number(0x00280002, 1);
    const int allocated = number(0x00280100, 0), stored = number(0x00280101, allocated), high = number(0x00280102, stored - 1);
    // GDCM masks unused bits of 16-bit voxels only, and ends the process at others.
    const bool used = allocated == 16 ? stored >= 1 && stored <= 16 : stored == allocated;
    const bool bits_fit = (allocated == 8 || allocated == 16 || allocated == 32) && used && high == stored - 1;
    if (!bits_fit || (samples != 1 && samples != 3 && samples != 4) || number(0x00280103, 0) > 1)
      refuse(file_, "its DICOM voxels are described as " + std::to_string(samples) + " samples of " + std::to_string(stored) +
                        " bits, the highest " + std::to_string(high) + ", in " + std::to_string(allocated) +
                        ", which cannot be read; the header is damaged");
  }

  /// GDCM takes memory for what the header promises before it looks at what there is.
  void require_all_voxels() const {
    const std::string first = frames_.substr(0, frames_.find_first_of(" \\"));
    const bool counted = first.size() <= 9 && first.find_first_not_of("0123456789") == std::string::npos;
    const std::int64_t frames = first.empty() ? 1 : counted ? std::stoll(first) : 0;
    if (frames < 1) refuse(file_, "its DICOM header has '" + printable(frames_) + "' frames; a number from 1 on is expected");
    const Geometry grid{{number(kColumns, 0), number(kRows, 0), frames}};
    const double needed = static_cast<double>(grid.size[0]) * static_cast<double>(grid.size[1]) * static_cast<double>(frames) *
                          number(kSamples, 1) * number(kAllocated, 16) / 8;
    const double room =
        voxel_bytes_ ? static_cast<double>(*voxel_bytes_) : static_cast<double>(packed_bytes_) * kLargestRatio + kUnasked;
    if (needed > room)
      refuse(file_, "its header promises " + size_text(grid.size) + " voxels, which take " + number_text(needed) +
                        " bytes, but its " + std::to_string(voxel_bytes_.value_or(packed_bytes_)) +
                        " bytes of voxels cannot hold them; the file is cut or its header is damaged");
  }

  std::filesystem::path file_;
  std::ifstream stream_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  bool with_forms_ = true;
  bool has_pixels_ = false;
  std::string frames_;                        ///< as the header writes their number
  std::optional<std::uint64_t> voxel_bytes_;  ///< of voxels that are not compressed
  std::uint64_t packed_bytes_ = 0;            ///< of compressed ones
  std::size_t fragments_ = 0;
  bool run_length_ = false;
  std::map<std::uint32_t, int> numbers_;  ///< 16-bit values of group 28
};

}  // namespace

bool claims_dicom(const std::filesystem::path& file) {
  std::array<char, 132> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return std::equal(start.begin() + 128, start.end(), "DICM");
}

bool holds_dicom_image(const std::filesystem::path& file) { return DicomWalk(file).run(); }

}  // namespace flowrun::io
