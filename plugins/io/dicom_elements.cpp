#include "dicom_elements.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "image_header.h"

namespace flowrun::io {
namespace {

const std::map<Tag, WantedElement>& wanted_elements() {
  constexpr auto kText = ValueForm::text, kDecimals = ValueForm::decimals, kDoubles = ValueForm::doubles;
  static const std::map<Tag, WantedElement> kWanted{
      // what the file is
      {0x00080008, {kText}},
      {0x00080016, {kText}},
      {0x00080018, {kText}},
      {0x00080060, {kText}},
      {0x0008103e, {kText}},
      {0x0020000e, {kText}},
      {0x00200052, {kText}},
      // where its voxels lie
      {0x00180050, {kDecimals, 1}},
      {0x00180088, {kDecimals, 1}},
      {0x00181164, {kDecimals, 2}},
      {0x00182005, {kDecimals}},
      {0x00182010, {kDecimals, 2}},
      {0x00200032, {kDecimals, 3}},
      {0x00200037, {kDecimals, 6}},
      {0x00280008, {kDecimals}},
      {0x00280009, {ValueForm::shorts}},
      {0x00280030, {kDecimals, 2}},
      {0x3004000c, {kDecimals}},
      // what its values mean
      {0x00280004, {kText}},
      {0x00281052, {kDecimals, 1}},
      {0x00281053, {kDecimals, 1}},
      {0x00281054, {kText}},
      {0x3004000e, {kDecimals, 1}},
      // what differs between volumes
      {0x00080032, {kText}},
      {0x00080033, {kText}},
      {0x00089007, {kText}},
      {0x00089208, {kText}},
      {0x00180060, {kDecimals}},
      {0x00180080, {kDecimals}},
      {0x00180081, {kDecimals}},
      {0x00180082, {kDecimals}},
      {0x00180086, {kDecimals}},
      {0x00181060, {kDecimals}},
      {0x00181063, {kDecimals}},
      {0x00181065, {kDecimals}},
      {0x00181210, {kText}},
      {0x00181314, {kDecimals}},
      {0x00189074, {kText}},
      {0x00189082, {kDoubles}},
      {0x00189087, {kDoubles}},
      {0x00200012, {kDecimals}},
      {0x00200100, {kDecimals}},
      {0x00209056, {kText}},
      {0x00209128, {ValueForm::longs}},
      {0x00209153, {kDoubles}},
      {0x00209157, {ValueForm::longs}},
      {0x0020930d, {kDoubles}},
      {0x00540010, {ValueForm::shorts}},
      {0x00540020, {ValueForm::shorts}},
      {0x00540030, {ValueForm::shorts}},
      {0x00540050, {ValueForm::shorts}},
      {0x00540060, {ValueForm::shorts}},
      {0x00540070, {ValueForm::shorts}},
      {0x00540080, {ValueForm::shorts}},
      {0x00540090, {ValueForm::shorts}},
      {0x00540100, {ValueForm::shorts}},
  };
  return kWanted;
}

template <class T>
std::vector<double> binary_numbers(const std::string& bytes) {
  std::vector<double> numbers;
  for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    numbers.push_back(static_cast<double>(value));
  }
  return numbers;
}

/// Without spaces around it; none: it is no finite number.
std::optional<double> decimal(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string without_filling(const std::string& value) {
  const std::string filling(" \0", 2);
  const auto first = value.find_first_not_of(filling);
  return first == std::string::npos ? "" : value.substr(first, value.find_last_not_of(filling) + 1 - first);
}

std::vector<std::string> parts_of(const std::string& value) {
  std::vector<std::string> parts;
  if (value.empty()) return parts;
  std::size_t start = 0;
  for (std::size_t end = value.find('\\'); end != std::string::npos; end = value.find('\\', start)) {
    parts.push_back(value.substr(start, end - start));
    start = end + 1;
  }
  parts.push_back(value.substr(start));
  return parts;
}

std::size_t size_of_one(ValueForm form) {
  switch (form) {
    case ValueForm::shorts:
      return 2;
    case ValueForm::longs:
      return 4;
    case ValueForm::doubles:
      return 8;
    default:
      return 1;
  }
}

}  // namespace

std::string tag_words(Tag tag) {
  char words[16];
  std::snprintf(words, sizeof words, "(%04x,%04x)", tag >> 16, tag & 0xffff);
  return words;
}

std::optional<WantedElement> wanted_element(Tag tag) {
  const auto found = wanted_elements().find(tag);
  return found == wanted_elements().end() ? std::nullopt : std::optional(found->second);
}

bool is_wanted_sequence(Tag tag) {
  // Functional groups, shared and of each frame, and within them: MR echo, MR diffusion, cardiac phase, MR and CT frame
  // type, frame content, plane position, plane orientation, pixel measures, value transformation; a table of values; NM
  // detectors.
  static constexpr std::array<Tag, 14> kWanted{0x00189114, 0x00189117, 0x00189118, 0x00189226, 0x00189329,
                                               0x00209111, 0x00209113, 0x00209116, 0x00283000, 0x00289110,
                                               0x00289145, 0x00540022, 0x52009229, 0x52009230};
  return std::find(kWanted.begin(), kWanted.end(), tag) != kWanted.end();
}

std::string fault_of(const WantedElement& wanted, const std::string& value) {
  const std::string text = without_filling(value);
  std::size_t count = 0;
  if (wanted.form == ValueForm::text) return "";
  if (wanted.form == ValueForm::decimals) {
    for (const std::string& part : parts_of(text)) {
      if (!decimal(part)) return "'" + printable(text.substr(0, 40)) + "', which is no number";
      ++count;
    }
  } else {
    count = value.size() / size_of_one(wanted.form);
    if (value.size() % size_of_one(wanted.form) != 0)
      return std::to_string(value.size()) + " bytes, which is no whole number of values";
  }
  if (count == 0 || wanted.count == 0 || count == wanted.count) return "";
  return "'" + printable(text.substr(0, 40)) + "', but " + std::to_string(wanted.count) + " numbers are expected";
}

bool DicomItem::has(Tag tag) const {
  const auto found = values.find(tag);
  if (found == values.end()) return false;
  return size_of_one(wanted_elements().at(tag).form) > 1 ? !found->second.empty() : !without_filling(found->second).empty();
}

std::string DicomItem::text(Tag tag) const {
  const auto found = values.find(tag);
  return found == values.end() ? "" : without_filling(found->second);
}

std::vector<std::string> DicomItem::texts(Tag tag) const {
  std::vector<std::string> parts = parts_of(text(tag));
  for (std::string& part : parts) part = without_filling(part);
  return parts;
}

std::vector<double> DicomItem::numbers(Tag tag) const {
  const auto found = values.find(tag);
  if (found == values.end()) return {};
  switch (wanted_elements().at(tag).form) {
    case ValueForm::shorts:
      return binary_numbers<std::uint16_t>(found->second);
    case ValueForm::longs:
      return binary_numbers<std::uint32_t>(found->second);
    case ValueForm::doubles:
      return binary_numbers<double>(found->second);
    default:
      break;
  }
  std::vector<double> numbers;
  for (const std::string& part : parts_of(without_filling(found->second))) numbers.push_back(decimal(part).value_or(0));
  return numbers;
}

std::optional<double> DicomItem::number(Tag tag) const {
  const std::vector<double> all = numbers(tag);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

const DicomItem* DicomItem::item(Tag sequence, std::size_t index) const {
  const auto found = sequences.find(sequence);
  return found == sequences.end() || index >= found->second.size() ? nullptr : &found->second[index];
}

}  // namespace flowrun::io
