#include "dicom_volumes.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <set>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr Tag kInstance = 0x00080018;
constexpr std::size_t kMostDifferences = 3, kMostValues = 5;
constexpr double kSameContrast = 0.02;  ///< of a time or an angle: scanners write what they reached

struct Mark {
  const char* name;
  Tag group;  ///< of a frame's functional groups
  Tag tag;
  bool is_text = false;
  bool is_contrast = false;  ///< equal in all slices of one volume
};

/// The likely reason first. Times of acquisition differ for many reasons, so they come last.
constexpr std::array<Mark, 24> kMarks{{{"Echo Time", 0x00189114, 0x00189082, false, true},
                                       {"Echo Time", 0, 0x00180081, false, true},
                                       {"Echo Number", 0, 0x00180086, false, true},
                                       {"Inversion Time", 0, 0x00180082, false, true},
                                       {"b-value", 0x00189117, 0x00189087, false, true},
                                       {"Temporal Position Index", 0x00209111, 0x00209128},
                                       {"Temporal Position", 0, 0x00200100},
                                       {"time offset", 0x00209310, 0x0020930d},
                                       {"cardiac delay", 0x00189118, 0x00209153},
                                       {"Trigger Time", 0, 0x00181060},
                                       {"Complex Image Component", 0x00189226, 0x00089208, true, true},
                                       {"Image Type", 0, 0x00080008, true, true},
                                       {"Frame Type", 0x00189226, 0x00089007, true},
                                       {"Frame Type", 0x00189329, 0x00089007, true},
                                       {"Flip Angle", 0x00189112, 0x00181314, false, true},
                                       {"Repetition Time", 0x00189112, 0x00180080},
                                       {"KVP", 0x00189325, 0x00180060, false, true},
                                       {"Convolution Kernel", 0, 0x00181210, true, true},
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

/// The different values in the order of the planes.
std::vector<std::string> values_of(const Mark& mark, const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  std::vector<std::string> values;
  for (const DicomPlane& plane : planes) {
    const std::string value = value_of(files[plane.file], plane, mark);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

/// Whether the values are numbers that hardly differ.
bool are_close(const Mark& mark, const std::vector<std::string>& values) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const std::string& value : values) {
    if (mark.is_text || value.empty() || value.find(' ') != std::string::npos) return false;
    const double number = std::strtod(value.c_str(), nullptr);
    low = std::min(low, number);
    high = std::max(high, number);
  }
  return high - low <= kSameContrast * high;
}

std::string list_text(const std::vector<std::string>& values) {
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kMostValues); ++i)
    text += (i ? ", " : "") + (values[i].empty() ? std::string("none") : values[i]);
  return text + (values.size() > kMostValues ? ", ..." : "");
}

/// "Echo Time (4.6, 9.2)" for each mark of which `counts` is true, at most kMostDifferences.
template <class Counts>
std::string differing(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes, Counts counts) {
  std::string text;
  std::size_t count = 0;
  for (const Mark& mark : kMarks) {
    const std::vector<std::string> values = values_of(mark, files, planes);
    if (values.size() < 2 || !counts(mark, values) || ++count > kMostDifferences) continue;
    text += (text.empty() ? "" : "; ") + std::string(mark.name) + " (" + list_text(values) + ")";
  }
  return text;
}

}  // namespace

std::string differences(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  return differing(files, planes, [](const Mark&, const std::vector<std::string>&) { return true; });
}

std::string different_contrasts(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes) {
  return differing(files, planes, [](const Mark& mark, const std::vector<std::string>& values) {
    return mark.is_contrast && !are_close(mark, values);
  });
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
