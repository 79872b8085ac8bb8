#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace flowrun::io {

/// The fields of a NRRD or MetaImage header.
struct TextHeader {
  std::filesystem::path file;
  std::string title;                          ///< "NRRD" or "MetaImage", for messages
  std::map<std::string, std::string> fields;  ///< keys in lower case, without spaces
  std::map<std::string, std::string> names;   ///< the keys as the file spells them
  std::uint64_t end = 0;                      ///< the byte behind the header

  bool has(const std::string& key) const { return fields.contains(key); }
  /// "" when it is missing.
  std::string field(const std::string& key) const;
  /// A key as the file spells it.
  std::string name_of(const std::string& key) const;
  /// The numbers of a field, `count` of them; none when the field is missing. "nan" is a number. Throws Error.
  std::vector<double> numbers(const std::string& key, std::size_t count) const;
  /// Throws Error "its NRRD header says <key> = <value>; <why>".
  [[noreturn]] void refuse_field(const std::string& key, const std::string& why) const;
};

/// Reads the header, to the empty line of NRRD or the line ElementDataFile of MetaImage. Throws Error for keys that
/// come twice, for lines that no header has, and for MetaImage for lines that MetaIO would read in another way than
/// they look.
TextHeader read_nrrd_header(const std::filesystem::path& file);
TextHeader read_meta_header(const std::filesystem::path& file);

/// The voxels along each axis. Throws Error when their number is not `axes`, or one is not a whole number of at
/// least 1.
std::vector<std::int64_t> axis_sizes(const TextHeader& header, const std::string& axes, const std::string& sizes);

/// Throws Error when the field that names the file of the voxels names several files.
void require_one_data_file(const TextHeader& header, const std::string& data);

std::string lower_case(std::string text);
std::string without_ends(const std::string& text);  ///< without spaces at both ends
std::vector<std::string> words_of(const std::string& text);
bool is_whole_number(const std::string& text, std::int64_t least, std::int64_t most);

/// A number and nothing else.
bool is_number(const std::string& text, double& value);

}  // namespace flowrun::io
