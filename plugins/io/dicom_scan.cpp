#include "dicom_scan.h"

#include <gdcmDirectory.h>
#include <gdcmScanner.h>
#include <gdcmTag.h>

#include <algorithm>
#include <cstdlib>

#include "dicom_check.h"

namespace flowrun::io {
namespace {

const gdcm::Tag kSeriesUid(0x0020, 0x000e);
const gdcm::Tag kDescription(0x0008, 0x103e);
const gdcm::Tag kPosition(0x0020, 0x0032);
const gdcm::Tag kOrientation(0x0020, 0x0037);
const gdcm::Tag kRows(0x0028, 0x0010);

std::string value_of(const gdcm::Scanner& scanner, const std::string& file, const gdcm::Tag& tag) {
  const char* value = scanner.GetValue(file.c_str(), tag);
  const std::string text = value ? value : "";
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Numbers separated by backslashes; false unless there are just as many as wanted.
template <std::size_t N>
bool parse(const std::string& text, std::array<double, N>& numbers) {
  const char* at = text.c_str();
  for (std::size_t i = 0; i < N; ++i) {
    char* end = nullptr;
    numbers[i] = std::strtod(at, &end);
    if (end == at) return false;
    at = end;
    while (*at == ' ' || *at == '\\') ++at;
  }
  return *at == '\0';
}

DicomSlice slice_of(const gdcm::Scanner& scanner, const std::string& file) {
  DicomSlice slice{file};
  slice.placed = parse(value_of(scanner, file, kPosition), slice.position) &&
                 parse(value_of(scanner, file, kOrientation), slice.orientation);
  return slice;
}

}  // namespace

std::map<std::string, DicomSeries> scan_dicom_folder(const std::filesystem::path& folder) {
  gdcm::Directory directory;
  directory.Load(folder.string(), false);
  gdcm::Directory::FilenamesType files = directory.GetFilenames();
  std::erase_if(files, [](const std::string& file) { return !claims_dicom(file) || !holds_dicom_image(file); });
  std::sort(files.begin(), files.end());
  gdcm::Scanner scanner;
  for (const gdcm::Tag& tag : {kSeriesUid, kDescription, kPosition, kOrientation, kRows}) scanner.AddTag(tag);
  std::map<std::string, DicomSeries> found;
  if (!scanner.Scan(files)) return found;
  for (const std::string& file : files) {
    if (!scanner.IsKey(file.c_str()) || value_of(scanner, file, kRows).empty()) continue;
    DicomSeries& series = found[value_of(scanner, file, kSeriesUid)];
    if (series.description.empty()) series.description = value_of(scanner, file, kDescription);
    series.slices.push_back(slice_of(scanner, file));
  }
  return found;
}

}  // namespace flowrun::io
