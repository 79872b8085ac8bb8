#include "text_header.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "data_stream.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kMostLines = 1000;
constexpr std::size_t kLongestLine = 4000;  // the readers behind keep lines in buffers of fixed size
constexpr std::size_t kLongestKey = 200;    // the reader of MetaImage has 255 bytes for it, and ends the process beyond
constexpr std::size_t kMostDigits = 9;      // of a number of voxels: the readers keep it in 32 bits

enum class Coding { raw, deflated, text, hexadecimal, other };

/// Where the voxels are and how they are written.
struct DataPlace {
  std::filesystem::path file;  ///< empty: several files
  std::uint64_t offset = 0;
  Coding coding = Coding::other;
};

struct TextHeader {
  std::map<std::string, std::string> fields;  ///< keys in lower case, without spaces
  std::uint64_t end = 0;                      ///< the byte behind the header
  std::string repeated;                       ///< a key that came twice
  bool too_long = false;                      ///< has a line that no header has
  std::size_t longest_key = 0;                ///< bytes before a separator
  bool has_bare_line = false;                 ///< one without a separator, or with bytes that end it for another reader

  std::string field(const std::string& key) const {
    const auto found = fields.find(key);
    return found == fields.end() ? "" : found->second;
  }
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

bool is_number(const std::string& text, std::int64_t least, std::int64_t most) {
  const bool digits = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && std::stoll(text) >= least && std::stoll(text) <= most;
}

/// To MetaIO a key ends at a NUL, and a line at a carriage return.
bool has_hidden_end(const std::string& line) {
  const std::size_t end = line.ends_with('\r') ? line.size() - 1 : line.size();
  return std::any_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(end),
                     [](unsigned char c) { return c < ' ' && c != '\t'; });
}

void keep(TextHeader& header, const std::string& line, const char* separators) {
  const auto at = line.find_first_of(separators);
  header.longest_key = std::max(header.longest_key, std::min(at, line.size()));
  header.has_bare_line = header.has_bare_line || has_hidden_end(line) || (at == std::string::npos && !trimmed(line).empty());
  if (at == std::string::npos || line.starts_with('#')) return;
  const bool is_nrrd = std::string_view(separators) == ":";
  if (is_nrrd && line.compare(at, 2, ":=") == 0) return;  // a remark: a key and a value of somebody's own
  std::string key = lower(line.substr(0, at));
  key.erase(std::remove_if(key.begin(), key.end(), [](unsigned char c) { return std::isspace(c); }), key.end());
  if (header.fields.contains(key)) header.repeated = key;
  header.fields[key] = trimmed(line.substr(at + 1));
}

/// Lines up to the one that `is_last` knows.
template <class IsLast>
TextHeader read_lines(const std::filesystem::path& file, const char* separators, IsLast is_last) {
  std::ifstream stream(file, std::ios::binary);
  TextHeader header;
  std::string line;
  for (std::size_t count = 0; count < kMostLines && std::getline(stream, line); ++count) {
    header.too_long = header.too_long || line.size() > kLongestLine;
    keep(header, line, separators);
    if (is_last(line)) break;
  }
  header.end = stream ? static_cast<std::uint64_t>(stream.tellg()) : size_of(file);
  return header;
}

TextHeader read_nrrd_header(const std::filesystem::path& file) {
  return read_lines(file, ":", [](const std::string& line) { return trimmed(line).empty(); });
}

DataPlace nrrd_place(const std::filesystem::path& file) {
  const TextHeader header = read_nrrd_header(file);
  DataPlace place{file, header.end, Coding::other};
  const std::string data = header.field("datafile");
  if (!data.empty()) place = {file.parent_path() / data, 0, Coding::other};
  if (data.starts_with("LIST") || data.find('%') != std::string::npos) place.file.clear();
  const std::string encoding = lower(header.field("encoding"));
  if (encoding == "raw") place.coding = Coding::raw;
  if (encoding == "gzip" || encoding == "gz") place.coding = Coding::deflated;
  if (encoding == "text" || encoding == "txt" || encoding == "ascii") place.coding = Coding::text;
  if (encoding == "hex") place.coding = Coding::hexadecimal;
  const bool skips = !header.field("byteskip").empty() || !header.field("lineskip").empty();
  if (skips) place.offset = 0;  // all that can be said: no more than the file has
  if (skips && place.coding == Coding::deflated) place.coding = Coding::other;
  return place;
}

TextHeader read_meta_header(const std::filesystem::path& file) {
  // As MetaIO spells it: at another spelling it would read on, into lines that were not looked at.
  return read_lines(
      file, "=:", [](const std::string& line) { return trimmed(line.substr(0, line.find_first_of("=:"))) == "ElementDataFile"; });
}

DataPlace meta_place(const std::filesystem::path& file) {
  const TextHeader header = read_meta_header(file);
  DataPlace place{file, header.end, Coding::raw};
  const std::string data = header.field("elementdatafile");
  if (lower(data) != "local") place = {file.parent_path() / data, 0, Coding::raw};
  if (data.starts_with("LIST") || data.find('%') != std::string::npos) place.file.clear();
  if (lower(header.field("compresseddata")).starts_with("t")) place.coding = Coding::deflated;
  if (lower(header.field("binarydata")).starts_with("f")) place.coding = Coding::text;
  if (!header.field("headersize").empty()) place.offset = 0;
  return place;
}

DataPlace place_of(const std::filesystem::path& file, const NamedFormat& named) {
  return named.format == Format::nrrd ? nrrd_place(file) : meta_place(file);
}

/// The number of axes, and the voxels along each. ITK's readers take more memory than they say, or less than they fill, when
/// these do not fit into 32 bits.
void require_sizes(const std::filesystem::path& file, const std::string& axes, const std::string& sizes) {
  const std::vector<std::string> found = words_of(sizes);
  const bool fit = std::all_of(found.begin(), found.end(), [](const std::string& size) {
    return size.size() <= kMostDigits && is_number(size, 1, 999'999'999);
  });
  if (!is_number(axes, 1, 16) || static_cast<std::size_t>(std::stoll(axes)) != found.size() || !fit)
    refuse(file, "its header says that it has " + printable(axes) + " dimensions and '" + printable(sizes.substr(0, 100)) +
                     "' voxels along them, which no image has; the header is damaged");
}

void require_plain_lines(const TextHeader& header, const std::filesystem::path& file, const std::string& title) {
  if (!header.repeated.empty())
    refuse(file, "its " + title + " header has '" + printable(header.repeated.substr(0, 100)) + "' twice; it is damaged");
  if (header.too_long)
    refuse(file, "its " + title + " header has a line of more than " + std::to_string(kLongestLine) + " bytes; it is damaged");
}

void require_sound_nrrd(const std::filesystem::path& file) {
  const TextHeader header = read_nrrd_header(file);
  require_plain_lines(header, file, "NRRD");
  require_sizes(file, header.field("dimension"), header.field("sizes"));
}

/// ITK's reader takes as much memory as the header says that the compressed voxels have.
void require_packed_size(const std::filesystem::path& file, std::uint64_t most) {
  const std::string packed = read_meta_header(file).field("compresseddatasize");
  if (!packed.empty() && !is_number(packed, 0, static_cast<std::int64_t>(most)))
    refuse(file, "its MetaImage header says CompressedDataSize = " + printable(packed.substr(0, 100)) + ", but only " +
                     std::to_string(most) + " bytes are there; the file is cut or its header is damaged");
}

/// ITK's reader trusts the number of dimensions, and counts for minutes when it is negative.
void require_sound_meta(const std::filesystem::path& file) {
  const TextHeader header = read_meta_header(file);
  for (const char* field : {"NDims", "DimSize", "ElementType", "ElementDataFile"})
    if (header.field(lower(field)).empty())
      refuse(file, "it is not a MetaImage file, or its header is damaged: it has no '" + std::string(field) + "'");
  require_plain_lines(header, file, "MetaImage");
  if (header.has_bare_line || header.longest_key > kLongestKey)
    refuse(file, "its MetaImage header has a line that is no key of up to " + std::to_string(kLongestKey) +
                     " bytes with '=' and a value behind it; it is damaged");
  const std::string dimensions = header.field("ndims");
  if (dimensions.size() != 1 || dimensions[0] < '1' || dimensions[0] > '9')
    refuse(file, "its MetaImage header says NDims = " + printable(dimensions) + "; 3 is expected");
  require_sizes(file, dimensions, header.field("dimsize"));
}

}  // namespace

void require_sound_header(const std::filesystem::path& file, const NamedFormat& named) {
  if (named.format == Format::meta) require_sound_meta(file);
  if (named.format == Format::nrrd) require_sound_nrrd(file);
  const DataPlace place = place_of(file, named);
  if (place.file.empty())
    refuse(file, "its voxels are in several files, which are not read here; write it as one file, such as .nii.gz");
  std::error_code code;
  if (!std::filesystem::is_regular_file(place.file, code) && !std::filesystem::is_directory(place.file, code))
    refuse(file, "its voxels are in '" + printable(place.file.string()) + "', which is not there; copy both files");
}

void require_all_data(const std::filesystem::path& file, const NamedFormat& named, const Geometry& geometry,
                      std::uint64_t needed) {
  const DataPlace place = place_of(file, named);
  if (place.file.empty()) return;  // refused before
  if (place.coding == Coding::other)
    refuse(file,
           "its voxels are written in a way that is not read here; write it as .nii.gz, or as .nrrd in raw or gzip encoding");
  const std::uint64_t size = size_of(place.file), room = size - std::min(size, place.offset);
  // In text a voxel takes a digit and a space, at least.
  if (place.coding == Coding::text)
    require_room(place.file, geometry, 2 * static_cast<std::uint64_t>(geometry.voxel_count()) - 1, room);
  if (place.coding == Coding::hexadecimal) require_room(place.file, geometry, 2 * needed, room);
  if (place.coding == Coding::raw) require_room(place.file, geometry, needed, room);
  if (place.coding != Coding::deflated) return;
  DataStream stream(place.file, place.offset, true);
  require_room(place.file, geometry, needed, stream.skip(needed + 1));
  if (named.format == Format::meta) require_packed_size(file, room);
}

}  // namespace flowrun::io
