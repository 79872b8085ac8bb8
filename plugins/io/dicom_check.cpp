#include "dicom_check.h"

#include <gdcmDicts.h>
#include <gdcmGlobal.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "dicom_bytes.h"
#include "dicom_description.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr std::uint32_t kUndefined = 0xffffffff;
constexpr Tag kItem = 0xfffee000, kItemEnd = 0xfffee00d, kSequenceEnd = 0xfffee0dd;
constexpr Tag kStorage = 0x00020002, kSyntax = 0x00020010, kClass = 0x00080016;
constexpr Tag kFloatPixels = 0x7fe00008, kDoublePixels = 0x7fe00009, kPixels = 0x7fe00010;
constexpr int kDeepest = 32;            ///< sequences within sequences
constexpr std::uint32_t kLongestUid = 64;
constexpr std::uint32_t kLongestText = 1024;
constexpr std::uint32_t kLongestList = 1 << 22;  ///< bytes of numbers: places of frames
constexpr std::size_t kMostItems = 1'000'000;    ///< of the sequences that are kept
constexpr std::string_view kImplicit = "1.2.840.10008.1.2", kExplicit = "1.2.840.10008.1.2.1",
                           kDeflated = "1.2.840.10008.1.2.1.99", kBigEndian = "1.2.840.10008.1.2.2",
                           kRunLength = "1.2.840.10008.1.2.5";

/// Value representations with a 16-bit length, and those with a 32-bit one.
constexpr std::string_view kShortForms = "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US";
constexpr std::string_view kLongForms = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";

/// Groups whose elements say how the voxels lie in space and in memory; these are taken by their meaning, here and in
/// sequences.
constexpr std::array<std::uint32_t, 6> kImageGroups{0x0018, 0x0020, 0x0028, 0x0054, 0x3004, 0x5200};

/// Whether an element has the value representation that the standard gives its tag. Who did not know a tag writes UN.
bool has_its_form(Tag tag, const std::string& form) {
  if (form == "UN" || std::find(kImageGroups.begin(), kImageGroups.end(), tag >> 16) == kImageGroups.end()) return true;
  const gdcm::Dict& known = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
  const gdcm::VR wanted = known.GetDictEntry(gdcm::Tag(tag)).GetVR();
  return wanted == gdcm::VR::INVALID || wanted.Compatible(gdcm::VR::GetVRType(form.c_str()));
}

bool is_form(const std::string& form) {
  return form.find(' ') == std::string::npos &&
         (kShortForms.find(form) != std::string_view::npos || kLongForms.find(form) != std::string_view::npos);
}

/// Whether elements begin at a place without the mark of DICOM: first those of the file itself, or those that identify
/// an image. A length is looked at too, so that hardly anything else is taken for DICOM.
bool has_first_elements(DicomBytes& bytes) {
  if (!bytes.has(10)) return false;
  const auto group = bytes.take<std::uint16_t>(), number = bytes.take<std::uint16_t>();
  if ((group != 2 && group != 8) || number > 0x0070) return false;
  const std::string form = bytes.take_text(2);
  bytes.move_to(bytes.at() - 2);
  return is_form(form) || (group == 8 && bytes.has(8) && bytes.take<std::uint32_t>() <= kLongestUid);
}

/// Where the elements begin; none: it is no DICOM file.
std::optional<std::uint64_t> start_of_elements(DicomBytes& bytes) {
  for (const std::uint64_t mark : {std::uint64_t{128}, std::uint64_t{0}}) {
    bytes.move_to(mark);
    if (bytes.has(4) && bytes.take_text(4) == "DICM") return mark + 4;
  }
  bytes.move_to(0);
  return has_first_elements(bytes) ? std::optional<std::uint64_t>(0) : std::nullopt;
}

struct Element {
  Tag tag = 0;
  std::string form;  ///< value representation; empty where the file leaves it out
  std::uint32_t length = 0;
};

class DicomWalk {
 public:
  explicit DicomWalk(const std::filesystem::path& file) : bytes_(file) { found_.path = file; }

  DicomFile run() {
    const auto start = start_of_elements(bytes_);
    if (!start) refuse(found_.path, "it is not a DICOM file; it is damaged or of another format");
    bytes_.move_to(*start);
    read_meta_group();
    settle_syntax();
    walk_elements(bytes_.size(), 0, &found_.elements);
    if (found_.storage.empty()) found_.storage = found_.elements.text(kClass);
    if (!has_pixels_ || numbers_.or_else(kRows, 0) == 0 || numbers_.or_else(kColumns, 0) == 0) return std::move(found_);
    describe_voxels(found_, numbers_, voxels_);
    found_.voxels = std::move(voxels_);
    return std::move(found_);
  }

 private:
  [[noreturn]] void broken(const std::string& what) const {
    refuse(found_.path, "its DICOM " + what + " at byte " + std::to_string(bytes_.at()) + "; the file is cut or damaged");
  }

  template <class T>
  T take() {
    if (!bytes_.has(sizeof(T))) broken("elements stop");
    return bytes_.take<T>();
  }

  Tag take_tag() {
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
    if (!is_form(element.form)) broken("element has an unknown value representation");
    const bool is_long = kLongForms.find(element.form) != std::string_view::npos;
    if (!has_its_form(element.tag, element.form))
      broken("element " + tag_words(element.tag) + " has the value representation " + element.form + ", which it cannot have,");
    if (is_long) take<std::uint16_t>();
    element.length = is_long ? take<std::uint32_t>() : take<std::uint16_t>();
    return element;
  }

  void require_within(std::uint32_t length, std::uint64_t end) const {
    if (length > end || bytes_.at() > end - length)
      broken("element is longer (" + std::to_string(length) + " bytes) than what contains it");
  }

  void step_over(std::uint32_t length, std::uint64_t end) {
    require_within(length, end);
    bytes_.move_to(bytes_.at() + length);
  }

  std::string take_text(const Element& element, std::uint64_t end) {
    require_within(element.length, end);
    return bytes_.take_text(element.length);
  }

  std::string take_uid(const Element& element) {
    if (element.length > kLongestUid) broken("text is too long");
    const std::string text = take_text(element, bytes_.size());
    return text.substr(0, text.find_last_not_of(std::string(" \0", 2)) + 1);
  }

  /// The elements of group 2, which have a value representation whatever comes behind them.
  void read_meta_group() {
    Tag last = 0;
    while (true) {
      const std::uint64_t start = bytes_.at();
      const Tag tag = take_tag();
      bytes_.move_to(start);
      if (tag >> 16 != 2) return;
      const Element element = take_head(true);
      if (tag <= last || element.length == kUndefined) broken("elements are out of order");
      last = tag;
      if (tag == kSyntax) found_.syntax = take_uid(element);
      else if (tag == kStorage) found_.storage = take_uid(element);
      else step_over(element.length, bytes_.size());
    }
  }

  /// A file that does not say its transfer syntax has one of the two plain ones; its first element shows which.
  void settle_syntax() {
    std::string& syntax = found_.syntax;
    if (syntax.empty()) {
      if (!bytes_.has(6)) broken("elements stop");
      const std::uint64_t start = bytes_.at();
      bytes_.move_to(start + 4);
      syntax = is_form(bytes_.take_text(2)) ? kExplicit : kImplicit;
      bytes_.move_to(start);
    }
    with_forms_ = syntax != kImplicit;
    if (syntax == kBigEndian || syntax == kDeflated || !syntax.starts_with(kImplicit))
      refuse(found_.path, "its DICOM transfer syntax '" + printable(syntax) +
                              "' is not one that is read here; convert it to explicit VR little endian");
  }

  /// Elements up to `end`, or up to the mark of an item's end. What is wanted of them goes into `kept`, when there is
  /// one.
  void walk_elements(std::uint64_t end, int depth, DicomItem* kept) {
    if (depth > kDeepest) broken("sequences are nested too deeply");
    Tag last = 0;
    while (bytes_.at() < end) {
      const Element element = take_head(with_forms_);
      if (element.tag == kItemEnd && depth > 0) return;
      if (element.tag <= last || element.tag >> 16 == 0xfffe) broken("elements are out of order");
      last = element.tag;
      if (depth == 0 && element.tag >= kFloatPixels && element.tag <= kPixels) note_voxels(element);
      walk_value(element, end, depth, kept);
    }
  }

  void note_voxels(const Element& element) {
    if (element.tag == kPixels) has_pixels_ = true;
    else found_.has_float_voxels = true;
    if (element.tag == kPixels && element.length != kUndefined) voxels_.plain = {bytes_.at(), element.length};
  }

  void walk_value(const Element& element, std::uint64_t end, int depth, DicomItem* kept) {
    const bool sequence = element.form == "SQ" || (element.length == kUndefined && element.tag != kPixels);
    if (depth == 0 && element.tag >> 16 == 0x0028 && element.length == 2 && !wanted_element(element.tag)) {
      numbers_[element.tag] = take<std::uint16_t>();
    } else if (element.length == kUndefined && element.tag == kPixels) {
      walk_fragments(depth == 0);
    } else if (sequence || ((element.form.empty() || element.form == "UN") && is_wanted_sequence(element.tag))) {
      walk_sequence(element, end, depth, kept);
    } else if (const auto wanted = kept ? wanted_element(element.tag) : std::nullopt) {
      keep(element, *wanted, end, *kept);
    } else {
      step_over(element.length, end);
    }
  }

  void keep(const Element& element, const WantedElement& wanted, std::uint64_t end, DicomItem& kept) {
    if (element.length > (wanted.form == ValueForm::text ? kLongestText : kLongestList)) broken("text is too long");
    std::string value = take_text(element, end);
    if (const std::string fault = fault_of(wanted, value); !fault.empty())
      refuse(found_.path, "its DICOM element " + tag_words(element.tag) + " is " + fault + "; the header is damaged");
    kept.values[element.tag] = std::move(value);
  }

  void walk_sequence(const Element& element, std::uint64_t end, int depth, DicomItem* kept) {
    const bool had_forms = with_forms_;
    if (element.form == "UN") with_forms_ = false;  // such a sequence is written without value representations
    std::vector<DicomItem>* items = kept && is_wanted_sequence(element.tag) ? &kept->sequences[element.tag] : nullptr;
    walk_items(element.length == kUndefined ? end : limit_of(element.length, end), element.length == kUndefined, depth, items);
    with_forms_ = had_forms;
  }

  std::uint64_t limit_of(std::uint32_t length, std::uint64_t end) const {
    if (length > end || bytes_.at() > end - length) broken("sequence is longer than what contains it");
    return bytes_.at() + length;
  }

  void walk_items(std::uint64_t end, bool marked, int depth, std::vector<DicomItem>* items) {
    while (bytes_.at() < end) {
      const Element item = take_head(false);
      if (item.tag == kSequenceEnd && marked) return;
      if (item.tag != kItem) broken("sequence has something else than items");
      if (items && ++items_ > kMostItems) broken("sequences have too many items");
      if (items) items->emplace_back();
      walk_elements(item.length == kUndefined ? end : limit_of(item.length, end), depth + 1, items ? &items->back() : nullptr);
    }
    if (marked) broken("sequence has no end");
  }

  /// Of the image itself, or of a small picture of it in a sequence.
  void walk_fragments(bool of_image) {
    for (bool is_table = true;; is_table = false) {
      const Element fragment = take_head(false);
      if (fragment.tag == kSequenceEnd) return;
      if (fragment.tag != kItem) broken("voxels have something else than fragments");
      if (of_image && !is_table && found_.syntax == kRunLength) require_sane_runs(fragment.length);
      const std::uint64_t start = bytes_.at();
      step_over(fragment.length, bytes_.size());
      if (of_image && !is_table) voxels_.fragments.push_back({start, fragment.length});
    }
  }

  /// GDCM trusts the head of run-length coded voxels: how many segments there are, and where.
  void require_sane_runs(std::uint32_t length) {
    constexpr std::uint32_t kHead = 64, kMost = 15;
    const std::uint64_t start = bytes_.at();
    const std::uint32_t expected = static_cast<std::uint32_t>(numbers_.or_else(kSamples, 1) * numbers_.or_else(kAllocated, 16) / 8);
    if (length < kHead || start + length > bytes_.size()) broken("run lengths are too short");
    const auto count = take<std::uint32_t>();
    if (count != expected || count > kMost) broken("run lengths have another number of segments than the voxels have bytes,");
    std::uint32_t last = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto offset = take<std::uint32_t>();
      if (offset <= last || offset < kHead || offset >= length) broken("run lengths have a segment outside");
      last = offset;
    }
    bytes_.move_to(start);
  }

  DicomBytes bytes_;
  DicomFile found_;
  DicomVoxels voxels_;
  bool with_forms_ = true;
  bool has_pixels_ = false;
  std::size_t items_ = 0;       ///< that were kept
  ShortNumbers numbers_;
};

}  // namespace

bool claims_dicom(const std::filesystem::path& file) {
  DicomBytes bytes(file);
  return start_of_elements(bytes).has_value();
}

DicomFile check_dicom(const std::filesystem::path& file) { return DicomWalk(file).run(); }

}  // namespace flowrun::io
