#include "dicom_series.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dicom_kind.h"
#include "dicom_scan.h"
#include "dicom_stack.h"
#include "dicom_strays.h"
#include "dicom_voxels.h"
#include "image_format.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

using Series = std::map<std::string, std::vector<DicomFile>>;

constexpr Tag kDescription = 0x0008103e;

std::string listing(const Series& all) {
  std::string text;
  for (const auto& [uid, files] : all)
    text += (text.empty() ? "" : "; ") + printable(uid) + " '" + printable(files.front().elements.text(kDescription)) + "' (" +
            std::to_string(files.size()) + " images)";
  return text;
}

[[noreturn]] void refuse_without_image(const fs::path& folder, const DicomFolder& found) {
  std::string others;
  std::map<std::string, int> kinds;
  for (const DicomFile& file : found.without_image) ++kinds[dicom_kind(file)];
  for (const auto& [kind, count] : kinds)
    others += (others.empty() ? " (its DICOM files are: " : ", ") + std::to_string(count) + " of the kind '" + kind + "'";
  refuse(folder, "this folder contains no DICOM image" + others + (others.empty() ? "" : ")") + words_on_strays(found) +
                     "; give an image file (" + readable_suffixes() + ") or a folder with a DICOM series");
}

std::vector<DicomFile> choose(DicomFolder& found, const fs::path& folder, const std::string& wanted) {
  Series& all = found.series;
  if (all.empty()) refuse_without_image(folder, found);
  if (wanted.empty() && all.size() == 1) return std::move(all.begin()->second);
  if (wanted.empty())
    refuse(folder,
           "it contains " + std::to_string(all.size()) + " DICOM series; choose one by the parameter 'series': " + listing(all));
  if (const auto exact = all.find(wanted); exact != all.end()) return std::move(exact->second);
  std::vector<std::string> fitting;
  for (const auto& [uid, files] : all)
    if (uid.starts_with(wanted)) fitting.push_back(uid);
  if (fitting.size() != 1)
    refuse(folder, (fitting.empty() ? "no" : "more than one") + std::string(" DICOM series in it has the UID '") + wanted +
                       "'; there are: " + listing(all));
  return std::move(all[fitting.front()]);
}

/// Low values that are to be shown bright.
std::string inversion_words(std::size_t inverted, std::size_t kept) {
  const std::string what = "it is kept as MONOCHROME1 (low values are shown bright); ";
  if (inverted > 0) return what + "its values were turned round, so that high is bright as in other images";
  return kept > 0 ? what + "its values have a unit and were left as they are" : "";
}

Volume read_stack(const std::vector<DicomFile>& files, const fs::path& path, const ReadOptions& options, const Warn& warn) {
  for (const DicomFile& file : files) require_slices(file);
  DicomStack stack = stack_of(files, path);
  require_readable(stack.grid, path, options.sheared);
  Volume volume;
  volume.source = path.string();
  DicomValues read = read_dicom_voxels(files, stack.planes);
  read.losses.report(path, stack.grid.size, warn);
  volume.voxels = std::move(read.values);
  place_on_grid(volume, stack.grid, path, options.between, warn);
  if (const std::string words = inversion_words(read.inverted, read.kept); !words.empty()) stack.warnings.push_back(words);
  for (const std::string& sentence : stack.warnings) warn("'" + path.string() + "': " + sentence);
  return volume;
}

}  // namespace

Volume read_dicom_series(const fs::path& folder, const ReadOptions& options, const Warn& warn) {
  DicomFolder found = scan_dicom_folder(folder);
  const std::vector<DicomFile> slices = choose(found, folder, options.series);
  require_no_lost_slice(found, slices);
  return read_stack(slices, folder, options, warn);
}

Volume read_dicom_file(const fs::path& file, const ReadOptions& options, const Warn& warn) {
  std::vector<DicomFile> one;
  one.push_back(check_dicom(file));
  return read_stack(one, file, options, warn);
}

}  // namespace flowrun::io
