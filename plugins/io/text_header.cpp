#include "text_header.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <string>

#include "data_stream.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kMostLines = 1000;

enum class Coding { raw, deflated, other };

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

void keep(TextHeader& header, const std::string& line, const char* separators) {
  const auto at = line.find_first_of(separators);
  if (at == std::string::npos) return;
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
    keep(header, line, separators);
    if (is_last(line)) break;
  }
  header.end = stream ? static_cast<std::uint64_t>(stream.tellg()) : size_of(file);
  return header;
}

DataPlace nrrd_place(const std::filesystem::path& file) {
  const TextHeader header = read_lines(file, ":", [](const std::string& line) { return trimmed(line).empty(); });
  DataPlace place{file, header.end, Coding::other};
  const std::string data = header.field("datafile");
  if (!data.empty()) place = {file.parent_path() / data, 0, Coding::other};
  if (data.starts_with("LIST") || data.find('%') != std::string::npos) place.file.clear();
  const std::string encoding = lower(header.field("encoding"));
  if (encoding == "raw") place.coding = Coding::raw;
  if (encoding == "gzip" || encoding == "gz") place.coding = Coding::deflated;
  if (!header.field("byteskip").empty() || !header.field("lineskip").empty()) place.coding = Coding::other;
  return place;
}

TextHeader read_meta_header(const std::filesystem::path& file) {
  return read_lines(file, "=:", [](const std::string& line) { return lower(line).starts_with("elementdatafile"); });
}

DataPlace meta_place(const std::filesystem::path& file) {
  const TextHeader header = read_meta_header(file);
  DataPlace place{file, header.end, Coding::raw};
  const std::string data = header.field("elementdatafile");
  if (lower(data) != "local") place = {file.parent_path() / data, 0, Coding::raw};
  if (data.starts_with("LIST") || data.find('%') != std::string::npos) place.file.clear();
  if (lower(header.field("compresseddata")).starts_with("t")) place.coding = Coding::deflated;
  if (lower(header.field("binarydata")).starts_with("f")) place.coding = Coding::other;
  return place;
}

DataPlace place_of(const std::filesystem::path& file, const NamedFormat& named) {
  return named.format == Format::nrrd ? nrrd_place(file) : meta_place(file);
}

/// ITK's reader trusts the number of dimensions, and counts for minutes when it is negative.
void require_sound_meta(const std::filesystem::path& file) {
  const TextHeader header = read_meta_header(file);
  for (const char* field : {"NDims", "DimSize", "ElementType", "ElementDataFile"})
    if (header.field(lower(field)).empty())
      refuse(file, "it is not a MetaImage file, or its header is damaged: it has no '" + std::string(field) + "'");
  if (!header.repeated.empty())
    refuse(file, "its MetaImage header has '" + printable(header.repeated) + "' twice; it is damaged");
  const std::string dimensions = header.field("ndims");
  if (dimensions.size() != 1 || dimensions[0] < '1' || dimensions[0] > '9')
    refuse(file, "its MetaImage header says NDims = " + printable(dimensions) + "; 3 is expected");
}

}  // namespace

void require_sound_header(const std::filesystem::path& file, const NamedFormat& named) {
  if (named.format == Format::meta) require_sound_meta(file);
  const DataPlace place = place_of(file, named);
  std::error_code code;
  if (!place.file.empty() && !std::filesystem::is_regular_file(place.file, code) &&
      !std::filesystem::is_directory(place.file, code))
    refuse(file, "its voxels are in '" + printable(place.file.string()) + "', which is not there; copy both files");
}

void require_all_data(const std::filesystem::path& file, const NamedFormat& named, const Geometry& geometry,
                      std::uint64_t needed) {
  const DataPlace place = place_of(file, named);
  if (place.file.empty()) return;
  const std::uint64_t size = size_of(place.file);
  if (place.coding == Coding::raw) require_room(place.file, geometry, needed, size - std::min(size, place.offset));
  if (place.coding != Coding::deflated) return;
  DataStream stream(place.file, place.offset, true);
  require_room(place.file, geometry, needed, stream.skip(needed + 1));
}

}  // namespace flowrun::io
