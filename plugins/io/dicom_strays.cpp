#include "dicom_strays.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

#include "content.h"
#include "dicom_kind.h"
#include "flowrun/sdk/error.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

constexpr Tag kSeriesUid = 0x0020000e;
constexpr std::string_view kDirectory = "1.2.840.10008.1.3.10";
constexpr std::uintmax_t kLargestPointer = 32768;  ///< bytes; git-annex takes no larger file for one
constexpr int kMostLooked = 50;                    ///< files of a folder below
constexpr std::size_t kMostNamed = 3;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string name_of(const fs::path& path) { return lower(path.filename().string()); }

bool is_letter(unsigned char c) { return std::isalpha(c) != 0; }
bool is_place(unsigned char c) { return std::isdigit(c) != 0 || c == '.'; }
bool is_hash(unsigned char c) { return std::isxdigit(c) != 0 || c == '-'; }

/// With its dot; empty also for "IM.0001" and UIDs, whose last part is a number.
std::string ending_of(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return "";
  const std::string ending = name.substr(dot);
  return std::any_of(ending.begin(), ending.end(), is_letter) ? ending : "";
}

/// A name with "#" for its numbers, which is one and the same for all slices; hashes and UUIDs are one pattern.
std::string pattern_of(const std::string& name) {
  constexpr std::size_t kShortestHash = 8;
  if (!std::all_of(name.begin(), name.end(), is_place) && name.size() >= kShortestHash &&
      std::all_of(name.begin(), name.end(), is_hash))
    return "hash";
  std::string pattern;
  for (const char c : name)
    if (!is_place(static_cast<unsigned char>(c))) pattern += c;
    else if (!pattern.ends_with('#')) pattern += '#';
  return pattern;
}

bool says_dicom(const std::string& name) {
  const std::string ending = ending_of(name);
  return ending == ".dcm" || ending == ".ima" || ending == ".dicom" || ending == ".dic";
}

/// Whether a name says that its file is no slice, as those that lie in data sets beside them.
bool says_other(const std::string& name) {
  static const std::set<std::string_view> kEndings{
      ".txt", ".md",   ".rst",  ".json", ".xml",  ".csv", ".tsv", ".html", ".htm", ".pdf",  ".doc", ".docx", ".xls",
      ".db",  ".xlsx", ".png",  ".jpg",  ".jpeg", ".gif", ".bmp", ".tif",  ".svg", ".tiff", ".log", ".ini",  ".inf",
      ".cfg", ".yaml", ".yml",  ".exe",  ".dll",  ".zip", ".tar", ".gz",   ".tgz", ".nii",  ".py",  ".sh",   ".m",
      ".mat", ".bval", ".bvec", ".nrrd", ".mha",  ".mhd", ".bat", ".js",   ".css", ".sha1", ".md5", ".lnk",  ".sha256"};
  static const std::set<std::string_view> kNames{"readme", "license", "licence", "changes", "dicomdir", "version", "lockfile"};
  return kEndings.contains(ending_of(name)) || kNames.contains(name);
}

/// A slice's name without what a compression or an unfinished copy adds to it.
std::string unwrapped(const std::string& name) {
  for (const std::string_view more : {".gz", ".bz2", ".xz", ".zst", ".part", ".partial", ".crdownload", ".download", ".tmp"})
    if (name.size() > more.size() && name.ends_with(more)) return name.substr(0, name.size() - more.size());
  return name;
}

/// How the slices of a series are named.
class SliceNames {
 public:
  explicit SliceNames(const std::vector<DicomFile>& slices) {
    std::map<std::string, std::size_t> endings;
    for (const DicomFile& slice : slices) {
      const std::string name = name_of(slice.path);
      names_.insert(name);
      if (ending_of(name).empty()) patterns_.insert(pattern_of(name));
      ++endings[ending_of(name)];
    }
    const auto most =
        std::max_element(endings.begin(), endings.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != endings.end()) ending_ = most->first;
  }

  bool fit(const std::string& name) const {
    const std::string inner = unwrapped(name);
    if (fit_whole(name)) return true;
    return inner != name && fit_whole(inner) && !names_.contains(inner);  // else it is a copy of a slice that is here
  }

 private:
  bool fit_whole(const std::string& name) const {
    const std::string ending = ending_of(name);
    if (says_dicom(name)) return true;
    return ending == ending_ && (!ending.empty() || patterns_.contains(pattern_of(name)));
  }

  std::set<std::string> names_, patterns_;
  std::string ending_;
};

bool leads_nowhere(const fs::path& path) {
  std::error_code unused;
  return !fs::exists(path, unused);
}

std::string link_words(const fs::path& link) {
  std::error_code unused;
  const std::string target = fs::read_symlink(link, unused).string();
  if (target.find("annex/objects/") != std::string::npos)
    return "a link of git-annex whose content is missing; get it with 'git annex get' or 'datalad get'";
  return "a broken link to '" + printable(target) + "'; get the file that it leads to";
}

/// What something that is no DICOM file is, and what to do.
std::string kind_of(const fs::path& path) {
  if (leads_nowhere(path)) return link_words(path);
  std::error_code unused;
  if (fs::is_directory(path, unused)) return "a folder; move it out of this one";
  if (const auto status = fs::status(path, unused); !fs::is_regular_file(status))
    return special_file_words(status) + "; remove it";
  if (fs::file_size(path, unused) == 0) return "an empty file; copy or make it again";
  const Content content = content_of(path);
  if (content.format && content.compressed) return "a gzip file; unpack it";
  if (content.format) return "an image of another format; move it out of this folder";
  if (!content.what.empty()) return content.what;
  return "no DICOM file; it is cut or damaged, so copy it again, or of another format";
}

bool is_pointer(const fs::path& path) {
  std::error_code unused;
  if (!fs::is_regular_file(path, unused) || fs::file_size(path, unused) > kLargestPointer) return false;
  return content_of(path).what.starts_with("a pointer of");
}

void require_voxels(const DicomFile& file, const std::string& series, const DicomFile& slice, const SliceNames& names) {
  const std::string own = file.elements.text(kSeriesUid);
  if (file.storage == kDirectory) return;
  const bool of_kind = file.storage == slice.storage || names.fit(name_of(file.path));
  if (own.empty() ? !of_kind : own != series) return;
  refuse(file.path, std::string(own.empty() ? "it lies among the slices of a DICOM series and is like them"
                                            : "it is of the same DICOM series as the slices in its folder") +
                        ", but it has no voxels (Pixel Data; it is of the kind '" + dicom_kind(file) +
                        "'), so the volume may lack a slice; it is cut: get it again, or move it out of the folder if it is no "
                        "slice");
}

bool has_dicom(const fs::path& folder) try {
  std::error_code code;
  int looked = 0;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end && looked < kMostLooked; entry.increment(code)) {
    std::error_code unused;
    ++looked;
    if (entry->is_directory(unused) || name_of(entry->path()).starts_with('.')) continue;
    if (says_dicom(name_of(entry->path())) || (entry->is_regular_file(unused) && claims_dicom(entry->path()))) return true;
  }
  return false;
} catch (const Error&) {
  return false;  // it is for a hint only
}

std::string words_on_folders(const std::vector<fs::path>& strays) {
  std::size_t count = 0;
  std::string named;
  std::error_code unused;
  for (const fs::path& path : strays) {
    if (!fs::is_directory(path, unused) || !has_dicom(path)) continue;
    if (++count <= kMostNamed) named += (named.empty() ? "'" : ", '") + path.filename().string() + "'";
  }
  if (count == 0) return "";
  return "; there are DICOM files one folder deeper, in " + named + (count > kMostNamed ? ", ..." : "") + ": give " +
         (count == 1 ? "that folder" : "one of those folders");
}

/// Whether something in a folder without an image should be one.
bool is_wanting(const fs::path& path) {
  const std::string name = name_of(path);
  std::error_code unused;
  if (fs::is_directory(path, unused)) return false;
  if (says_dicom(name) || says_dicom(unwrapped(name))) return true;
  if (says_other(name)) return false;
  return leads_nowhere(path) || (fs::is_regular_file(path, unused) && fs::file_size(path, unused) == 0) || is_pointer(path);
}

}  // namespace

void require_no_lost_slice(const DicomFolder& found, const std::vector<DicomFile>& slices) {
  const SliceNames names(slices);
  const std::string series = slices.front().elements.text(kSeriesUid);
  for (const fs::path& path : found.strays) {
    const std::string name = name_of(path);
    const bool fits = names.fit(name);
    if (!fits && (says_other(name) || !leads_nowhere(path))) continue;
    refuse(path, std::string(fits ? "it is named like" : "it lies among") +
                     " the slices of the DICOM series in its folder, so the volume may lack a slice, but it is " + kind_of(path) +
                     " (if it is no slice, move it out of the folder)");
  }
  for (const DicomFile& file : found.without_image) require_voxels(file, series, slices.front(), names);
}

std::string words_on_strays(const DicomFolder& found) {
  std::vector<fs::path> wanting;
  std::copy_if(found.strays.begin(), found.strays.end(), std::back_inserter(wanting), is_wanting);
  std::string words;
  if (!wanting.empty())
    words = "; " + std::to_string(wanting.size()) + (wanting.size() == 1 ? " file" : " files") +
            " in it cannot be read as DICOM: '" + wanting.front().filename().string() + "' is " + kind_of(wanting.front());
  return words + words_on_folders(found.strays);
}

}  // namespace flowrun::io
