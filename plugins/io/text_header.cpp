#include "text_header.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kMostLines = 10000;
constexpr std::size_t kLongestLine = 65536;
constexpr std::size_t kLongestKey = 200;  // MetaIO has 255 bytes for it, and ends the process beyond
constexpr std::size_t kMostDigits = 9;    // of a number of voxels
constexpr std::size_t kShown = 100;       // bytes of a value in a message

/// What is wrong with the lines of a header.
struct LineFaults {
  std::string repeated;         ///< a key that came twice
  bool too_long = false;        ///< has a line that no header has
  std::size_t longest_key = 0;  ///< bytes before a separator
  bool has_bare_line = false;   ///< one without a separator, or with bytes that end it for another reader
};

/// To MetaIO a key ends at a NUL, and a line at a carriage return.
bool has_hidden_end(const std::string& line) {
  const std::size_t end = line.ends_with('\r') ? line.size() - 1 : line.size();
  return std::any_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(end),
                     [](unsigned char c) { return c < ' ' && c != '\t'; });
}

void keep(TextHeader& header, LineFaults& faults, const std::string& line, const char* separators) {
  const auto at = line.find_first_of(separators);
  faults.longest_key = std::max(faults.longest_key, std::min(at, line.size()));
  faults.has_bare_line = faults.has_bare_line || has_hidden_end(line) || (at == std::string::npos && !without_ends(line).empty());
  if (at == std::string::npos || line.starts_with('#')) return;
  const bool is_nrrd = std::string_view(separators) == ":";
  if (is_nrrd && line.compare(at, 2, ":=") == 0) return;  // a remark: a key and a value of somebody's own
  std::string key = lower_case(line.substr(0, at));
  key.erase(std::remove_if(key.begin(), key.end(), [](unsigned char c) { return std::isspace(c); }), key.end());
  if (header.has(key)) faults.repeated = without_ends(line.substr(0, at));
  header.names[key] = without_ends(line.substr(0, at));
  header.fields[key] = without_ends(line.substr(at + 1));
}

/// A line without its end; no more than is looked at of it, since a file may have no line end at all. False at the end.
bool next_line(std::istream& stream, std::string& line) {
  line.clear();
  for (int c = stream.get(); c != std::char_traits<char>::eof(); c = stream.get()) {
    if (c == '\n') return true;
    line += static_cast<char>(c);
    if (line.size() > kLongestLine) return true;
  }
  return !line.empty();
}

/// Lines up to the one that `is_last` knows.
template <class IsLast>
LineFaults read_lines(TextHeader& header, const char* separators, IsLast is_last) {
  std::ifstream stream(header.file, std::ios::binary);
  LineFaults faults;
  std::string line;
  for (std::size_t count = 0; count < kMostLines && next_line(stream, line); ++count) {
    faults.too_long = faults.too_long || line.size() > kLongestLine;
    if (faults.too_long) break;
    keep(header, faults, line, separators);
    if (is_last(line)) break;
  }
  header.end = stream ? static_cast<std::uint64_t>(stream.tellg()) : size_of(header.file);
  return faults;
}

void require_plain_lines(const TextHeader& header, const LineFaults& faults) {
  if (!faults.repeated.empty())
    refuse(header.file,
           "its " + header.title + " header has '" + printable(faults.repeated.substr(0, kShown)) + "' twice; it is damaged");
  if (faults.too_long)
    refuse(header.file,
           "its " + header.title + " header has a line of more than " + std::to_string(kLongestLine) + " bytes; it is damaged");
}

void require_fields(const TextHeader& header, std::initializer_list<const char*> fields) {
  for (const char* field : fields)
    if (header.field(lower_case(field)).empty())
      refuse(header.file, "it is not a " + header.title + " file, or its header is damaged: it has no '" + field + "'");
}

}  // namespace

std::string TextHeader::field(const std::string& key) const {
  const auto found = fields.find(key);
  return found == fields.end() ? "" : found->second;
}

std::string TextHeader::name_of(const std::string& key) const {
  const auto found = names.find(key);
  return printable((found == names.end() ? key : found->second).substr(0, kShown));
}

void TextHeader::refuse_field(const std::string& key, const std::string& why) const {
  const std::string value = printable(field(key).substr(0, kShown));
  refuse(file, "its " + title + " header says " + name_of(key) + " = " + (value.empty() ? "nothing" : value) + "; " + why);
}

std::vector<double> TextHeader::numbers(const std::string& key, std::size_t count) const {
  std::vector<double> found;
  if (field(key).empty()) return found;
  for (const std::string& word : words_of(field(key))) {
    double value = 0;
    if (!is_number(word, value)) refuse_field(key, std::to_string(count) + " numbers are expected");
    found.push_back(value);
  }
  if (found.size() != count) refuse_field(key, std::to_string(count) + " numbers are expected");
  return found;
}

TextHeader read_nrrd_header(const std::filesystem::path& file) {
  TextHeader header{file, "NRRD", {}, {}, 0};
  require_plain_lines(header, read_lines(header, ":", [](const std::string& line) { return without_ends(line).empty(); }));
  require_fields(header, {"dimension", "sizes", "type", "encoding"});
  return header;
}

TextHeader read_meta_header(const std::filesystem::path& file) {
  TextHeader header{file, "MetaImage", {}, {}, 0};
  // As MetaIO spells it: at another spelling it would read on, into lines that were not looked at.
  const LineFaults faults = read_lines(header, "=:", [](const std::string& line) {
    return without_ends(line.substr(0, line.find_first_of("=:"))) == "ElementDataFile";
  });
  require_fields(header, {"NDims", "DimSize", "ElementType", "ElementDataFile"});
  require_plain_lines(header, faults);
  if (faults.has_bare_line || faults.longest_key > kLongestKey)
    refuse(file, "its MetaImage header has a line that is no key of up to " + std::to_string(kLongestKey) +
                     " bytes with '=' and a value behind it; it is damaged");
  return header;
}

std::vector<std::int64_t> axis_sizes(const TextHeader& header, const std::string& axes, const std::string& sizes) {
  const std::vector<std::string> found = words_of(sizes);
  const bool fit = std::all_of(found.begin(), found.end(), [](const std::string& size) {
    return size.size() <= kMostDigits && is_whole_number(size, 1, 999'999'999);
  });
  if (!is_whole_number(axes, 1, 16) || static_cast<std::size_t>(std::stoll(axes)) != found.size() || !fit)
    refuse(header.file, "its header says that it has " + printable(axes.substr(0, kShown)) + " dimensions and '" +
                            printable(sizes.substr(0, kShown)) +
                            "' voxels along them, which no image has; the header is damaged");
  std::vector<std::int64_t> counts;
  for (const std::string& size : found) counts.push_back(std::stoll(size));
  return counts;
}

void require_one_data_file(const TextHeader& header, const std::string& data) {
  if (data.starts_with("LIST") || data.find('%') != std::string::npos)
    refuse(header.file, "its voxels are in several files, which are not read here; write it as one file, such as .nii.gz");
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string without_ends(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

bool is_whole_number(const std::string& text, std::int64_t least, std::int64_t most) {
  const bool digits = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && std::stoll(text) >= least && std::stoll(text) <= most;
}

bool is_number(const std::string& text, double& value) {
  if (text.empty() || std::isspace(static_cast<unsigned char>(text.front()))) return false;
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size();
}

}  // namespace flowrun::io
