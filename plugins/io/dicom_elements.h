#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flowrun::io {

/// A DICOM tag as one number: (0020,0032) is 0x00200032.
using Tag = std::uint32_t;

/// As the standard writes it: (0020,0032).
std::string tag_words(Tag tag);

/// How the value of an element is kept.
enum class ValueForm { text, decimals, shorts, longs, doubles };

/// An element that the readers look at.
struct WantedElement {
  ValueForm form = ValueForm::text;
  std::size_t count = 0;  ///< how many values it has; 0: any number
};

/// The elements whose values are kept, by their tags, and whether a sequence's items are.
std::optional<WantedElement> wanted_element(Tag tag);
bool is_wanted_sequence(Tag tag);

/// Why a value cannot be one of the wanted element ("'abc', which is no number"), or "". An empty value is none, and
/// right.
std::string fault_of(const WantedElement& wanted, const std::string& value);

/// The wanted values of a data set or of an item of a sequence, as the file has them. Whoever fills it has asked
/// fault_of.
struct DicomItem {
  std::map<Tag, std::string> values;
  std::map<Tag, std::vector<DicomItem>> sequences;

  bool has(Tag tag) const;  ///< with a value
  /// Without what fills it up. Empty: it is missing.
  std::string text(Tag tag) const;
  std::vector<std::string> texts(Tag tag) const;  ///< its values, which backslashes separate
  /// Empty: it is missing.
  std::vector<double> numbers(Tag tag) const;
  std::optional<double> number(Tag tag) const;
  /// A sequence's item, or null.
  const DicomItem* item(Tag sequence, std::size_t index = 0) const;
};

}  // namespace flowrun::io
