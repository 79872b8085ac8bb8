#include "dicom_scan.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "image_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

constexpr Tag kSeriesUid = 0x0020000e;

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code))
    entries.push_back(entry->path());
  if (code) refuse(folder, code.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Nothing else is opened: a FIFO would be waited for.
bool is_dicom(const fs::path& path) {
  std::error_code unused;
  return fs::is_regular_file(path, unused) && claims_dicom(path);
}

}  // namespace

DicomFolder scan_dicom_folder(const fs::path& folder) {
  DicomFolder found;
  for (const fs::path& path : entries_of(folder)) {
    if (!is_dicom(path)) {
      if (!path.filename().string().starts_with('.')) found.strays.push_back(path);
      continue;
    }
    DicomFile file = check_dicom(path);
    if (!file.voxels && !file.has_float_voxels) found.without_image.push_back(std::move(file));
    else found.series[file.elements.text(kSeriesUid)].push_back(std::move(file));
  }
  return found;
}

}  // namespace flowrun::io
