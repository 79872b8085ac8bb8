#include "content.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "data_stream.h"
#include "dicom_check.h"
#include "flowrun/sdk/error.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t kLooked = 16384;

std::string start_of(const fs::path& file, bool compressed) {
  std::string start(kLooked, '\0');
  try {
    DataStream stream(file, 0, compressed);
    start.resize(stream.read(start.data(), start.size()));
  } catch (const Error&) {
    if (!compressed) throw;
    start.clear();  // cut or damaged; its reader says so
  }
  return start;
}

bool is_gzip(std::string_view start) { return start.starts_with("\x1f\x8b"sv); }

/// Zlib's own mark is weak, so the name must say that the file is compressed.
bool is_zlib(std::string_view start) {
  if (start.size() < 2 || (start[0] & 0x0f) != 8) return false;
  return (static_cast<unsigned char>(start[0]) * 256 + static_cast<unsigned char>(start[1])) % 31 == 0;
}

/// The length of a NIfTI or Analyze header in its first four bytes, in either order.
bool has_header_length(std::string_view start) {
  constexpr std::array<std::string_view, 4> kLengths{"\x5c\x01\0\0"sv, "\0\0\x01\x5c"sv, "\x1c\x02\0\0"sv, "\0\0\x02\x1c"sv};
  return std::any_of(kLengths.begin(), kLengths.end(), [&](std::string_view mark) { return start.starts_with(mark); });
}

bool is_text(std::string_view start) {
  const std::string_view look = start.substr(0, 512);
  const auto odd = std::count_if(look.begin(), look.end(), [](unsigned char c) { return c < ' ' && !std::isspace(c); });
  return !look.empty() && odd == 0;
}

/// A MetaImage header begins with a key and has the one that ends it.
bool is_meta(std::string_view start) {
  const auto end = start.find("ElementDataFile");
  return end != std::string_view::npos && is_text(start.substr(0, end + 15)) &&
         (end == 0 || start[end - 1] == '\n' || start[end - 1] == ' ');
}

bool has_nifti_mark(std::string_view start) {
  const auto has = [&](std::size_t place, std::string_view mark) {
    return start.size() > place + mark.size() && start.substr(place, mark.size()) == mark;
  };
  return has(344, "n+1") || has(4, "n+2");
}

std::optional<Format> format_by(std::string_view start) {
  if (start.starts_with("NRRD00")) return Format::nrrd;
  // Before DICOM's mark there may be anything: some of Siemens's files begin with the length of a NIfTI header.
  const bool has_dicom_mark = start.size() > 132 && start.substr(128, 4) == "DICM";
  if (has_header_length(start) && (!has_dicom_mark || has_nifti_mark(start))) return Format::nifti;
  if (is_meta(start)) return Format::meta;
  if (has_dicom_mark) return Format::dicom;
  return std::nullopt;
}

struct Mark {
  std::size_t place;
  std::string_view bytes;
  const char* what;
};

/// Files that come under the name of an image.
const Mark* mark_of(std::string_view start) {
  static const std::array<Mark, 31> kMarks{{
      {0, "version https://git-lfs", "a pointer of Git LFS: the image itself is missing; get it with 'git lfs pull'"},
      {0, "PK\3\4", "a zip archive; unpack it"},
      {0, "PK\5\6"sv, "an empty zip archive"},
      {257, "ustar", "a tar archive; unpack it"},
      {0, "7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"},
      {0, "Rar!", "a RAR archive; unpack it"},
      {0, "BZh", "a file compressed by bzip2; unpack it"},
      {0,
       "\xfd"
       "7zXZ",
       "a file compressed by xz; unpack it"},
      {0, "\x28\xb5\x2f\xfd", "a file compressed by zstd; unpack it"},
      {0, "\x89PNG", "a PNG picture"},
      {0, "\xff\xd8\xff", "a JPEG picture"},
      {0, "GIF8", "a GIF picture"},
      {0, "BM", "a BMP picture"},
      {0, "II*\0"sv, "a TIFF picture"},
      {0, "MM\0*"sv, "a TIFF picture"},
      {0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 picture"},
      {0, "%PDF", "a PDF document"},
      {0, "\x89HDF", "an HDF5 file (MINC 2 is one too); convert it to NIfTI"},
      {0, "CDF\1", "a NetCDF file (MINC 1 is one too); convert it to NIfTI"},
      {0, "CDF\2", "a NetCDF file (MINC 1 is one too); convert it to NIfTI"},
      {0, "\x93NUMPY", "an array of NumPy, which does not say how it lies in the patient; convert it to NIfTI"},
      {0, "MATLAB", "a MATLAB file; convert it to NIfTI"},
      {0, "SQLite format 3", "an SQLite database"},
      {0,
       "\x7f"
       "ELF",
       "a program"},
      {0, "# vtk DataFile", "a VTK file; convert it to NIfTI"},
      {0, "\0\0\0\x01\0\0"sv, "an MGH image of FreeSurfer (by its first bytes); convert it with mri_convert"},
      {0, "{\\rtf", "an RTF document"},
      {0, "<!doctype html", "a web page, such as a server sends for a missing file or a login; get the file again"},
      {0, "<html", "a web page, such as a server sends for a missing file or a login; get the file again"},
      {0, "<?xml", "an XML document"},
      {0, "<svg", "an SVG picture"},
  }};
  for (const Mark& mark : kMarks) {
    if (start.size() < mark.place + mark.bytes.size()) continue;
    const std::string_view found = start.substr(mark.place, mark.bytes.size());
    const bool same = std::equal(found.begin(), found.end(), mark.bytes.begin(), [&](unsigned char a, unsigned char b) {
      return a == b || (mark.bytes.front() == '<' && std::tolower(a) == b);
    });
    if (same) return &mark;
  }
  return nullptr;
}

std::string_view without_space(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  return text;
}

std::string what_by(std::string_view start) {
  if (const Mark* mark = mark_of(start)) return mark->what;
  const bool text = is_text(start);
  if (text)
    if (const Mark* mark = mark_of(without_space(start))) return mark->what;
  const std::string_view first_line = start.substr(0, start.find('\n'));
  if (text && first_line.size() < 1000 && first_line.find("annex/objects") != std::string_view::npos)
    return "a pointer of git-annex: the image itself is missing; get it with 'git annex get'";
  if (text) return "a text that begins with '" + printable(std::string(first_line.substr(0, 40))) + "'";
  if (start.size() >= 352 && std::all_of(start.begin(), start.end(), [](char c) { return c == 0; }))
    return "a file that begins with zeros, as a copy leaves it that was broken off; copy it again";
  return "";
}

std::string title_of(Format format) {
  switch (format) {
    case Format::nifti:
      return "NIfTI";
    case Format::nrrd:
      return "NRRD";
    case Format::meta:
      return "MetaImage";
    case Format::dicom:
      break;
  }
  return "DICOM";
}

/// The lower-case ending of a name, without a last ".gz".
std::string ending_of(const fs::path& file) {
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  const std::string ending = lower(file.extension().string());
  return ending == ".gz" ? lower(file.stem().extension().string()) : ending;
}

/// Of a file that is named like the half of a pair that has the voxels: the header that belongs to it, and what to do.
std::string words_on_pair(const fs::path& file) {
  const std::string ending = ending_of(file);
  if (ending == ".img")
    return "by its name it has the voxels of a pair of files (.hdr and .img, as NIfTI and Analyze have them), which is "
           "not read here: write the image as one file, .nii or .nii.gz";
  if (ending == ".raw" || ending == ".zraw")
    return "by its name it has only voxels, whose size and place a header beside it gives (.mhd or .nhdr): give the "
           "header";
  return "";
}

[[noreturn]] void refuse_unknown(const fs::path& file, const std::optional<NamedFormat>& named, const Content& content) {
  if (!named && !content.what.starts_with("a pointer of"))
    if (const std::string pair = words_on_pair(file); !pair.empty()) refuse(file, pair);
  if (named) refuse(file, "its name says " + named->title + ", but it is " + content.what);
  refuse(file, "the ending of its name says no known format; one of " + readable_suffixes() +
                   " is expected, or a folder with a DICOM series" + (content.what.empty() ? "" : "; it is " + content.what));
}

/// What the name says wrongly; empty when it is right.
std::string name_fault(const std::optional<NamedFormat>& named, const Content& content) {
  const std::string title = title_of(*content.format);
  if (!named) return content.format == Format::dicom ? "" : "the ending of its name says no known format, but it is " + title;
  if (named->format != *content.format) return "its name says " + named->title + ", but it is " + title;
  const bool says_gzip = named->suffix.ends_with(".gz");
  if (says_gzip && !content.compressed) return "its name says that it is compressed (.gz), but it is not";
  if (!says_gzip && content.compressed) return "it is compressed by gzip, but its name does not end in .gz";
  return "";
}

}  // namespace

Content content_of(const fs::path& file) {
  Content content;
  std::string start = start_of(file, false);
  const auto named = format_of(file);
  content.compressed = is_gzip(start) || (named && named->suffix.ends_with(".gz") && is_zlib(start));
  if (content.compressed) start = start_of(file, true);
  content.format = format_by(start);
  if (!content.format && !content.compressed && claims_dicom(file)) content.format = Format::dicom;
  if (!content.format) content.what = what_by(start);
  if (!content.what.empty() && content.compressed) content.what = "a gzip file of " + content.what;
  return content;
}

FormatToRead format_to_read(const fs::path& file) {
  const auto named = format_of(file);
  const Content content = content_of(file);
  if (!content.format && (!named || !content.what.empty())) refuse_unknown(file, named, content);
  const Format format = content.format ? *content.format : named->format;
  if (content.compressed && format != Format::nifti)
    refuse(file, "it is a " + title_of(format) + " file that was compressed by gzip as a whole; unpack it");
  return {format, content.compressed, content.format ? name_fault(named, content) : ""};
}

}  // namespace flowrun::io
