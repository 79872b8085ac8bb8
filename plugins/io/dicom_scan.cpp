#include "dicom_scan.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "dicom_kind.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

constexpr Tag kSeriesUid = 0x0020000e;

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  if (code) refuse(folder, code.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

DicomFolder scan_dicom_folder(const fs::path& folder) {
  DicomFolder found;
  for (const fs::path& path : files_of(folder)) {
    if (!claims_dicom(path)) continue;
    DicomFile file = check_dicom(path);
    if (!file.voxels && !file.has_float_voxels) ++found.others[dicom_kind(file)];
    else found.series[file.elements.text(kSeriesUid)].push_back(std::move(file));
  }
  return found;
}

}  // namespace flowrun::io
