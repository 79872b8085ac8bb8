#include "dicom_volumes.h"

#include <algorithm>
#include <array>
#include <set>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr Tag kInstance = 0x00080018;
constexpr std::size_t kMostDifferences = 3, kMostValues = 5;

struct Mark {
  const char* name;
  Tag group;  ///< of a frame's functional groups
  Tag tag;
  bool is_text = false;
};

/// The likely reason first. Times of acquisition differ for many reasons, so they come last.
constexpr std::array<Mark, 23> kMarks{{{"Echo Time", 0x00189114, 0x00189082},
                                       {"Echo Time", 0, 0x00180081},
                                       {"Inversion Time", 0, 0x00180082},
                                       {"b-value", 0x00189117, 0x00189087},
                                       {"Temporal Position Index", 0x00209111, 0x00209128},
                                       {"Temporal Position", 0, 0x00200100},
                                       {"time offset", 0x00209310, 0x0020930d},
                                       {"cardiac delay", 0x00189118, 0x00209153},
                                       {"Trigger Time", 0, 0x00181060},
                                       {"Complex Image Component", 0x00189226, 0x00089208, true},
                                       {"Image Type", 0, 0x00080008, true},
                                       {"Frame Type", 0x00189226, 0x00089007, true},
                                       {"Frame Type", 0x00189329, 0x00089007, true},
                                       {"Flip Angle", 0x00189112, 0x00181314},
                                       {"Repetition Time", 0x00189112, 0x00180080},
                                       {"KVP", 0x00189325, 0x00180060},
                                       {"Convolution Kernel", 0, 0x00181210, true},
                                       {"Stack ID", 0x00209111, 0x00209056, true},
                                       {"Acquisition Number", 0, 0x00200012},
                                       {"acquisition time of the frame", 0x00209111, 0x00189074, true},
                                       {"Acquisition Time", 0, 0x00080032, true},
                                       {"Content Time", 0, 0x00080033, true},
                                       {"Dimension Index Values", 0x00209111, 0x00209157}}};

std::string value_of(const DicomFile& file, const DicomPlane& plane, const Mark& mark) {
  const DicomItem& item = item_with(file, plane.frame, mark.group, mark.tag);
  if (mark.is_text) return printable(item.text(mark.tag).substr(0, 40));
  std::string text;
  for (const double number : item.numbers(mark.tag)) text += (text.empty() ? "" : " ") + number_text(number);
  return text;
}

/// The different values in the order of the planes, or "" when there is only one.
std::string values_of(const Mark& mark, const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  std::vector<std::string> values;
  for (const DicomPlane& plane : planes) {
    const std::string value = value_of(files[plane.file], plane, mark);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  if (values.size() < 2) return "";
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kMostValues); ++i)
    text += (i ? ", " : "") + (values[i].empty() ? std::string("none") : values[i]);
  return text + (values.size() > kMostValues ? ", ..." : "");
}

}  // namespace

std::string differences(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  std::string text;
  std::size_t count = 0;
  for (const Mark& mark : kMarks) {
    const std::string values = values_of(mark, files, planes);
    if (values.empty() || ++count > kMostDifferences) continue;
    text += (text.empty() ? "" : "; ") + std::string(mark.name) + " (" + values + ")";
  }
  return text;
}

bool has_copies(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  std::set<std::pair<std::string, std::size_t>> seen;
  for (const DicomPlane& plane : planes) {
    const std::string instance = files[plane.file].elements.text(kInstance);
    if (!instance.empty() && !seen.insert({instance, plane.frame}).second) return true;
  }
  return false;
}

}  // namespace flowrun::io
