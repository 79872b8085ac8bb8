#include "common/torch/zip_directory.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <string_view>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;
constexpr std::uint64_t kLargestDirectory = 64 * kMebibyte;
/// Code is compressed, weights are not. The bounds keep a small file from becoming gigabytes.
constexpr std::uint64_t kLargestUnpacked = 64 * kMebibyte;
constexpr std::uint64_t kAllUnpacked = 256 * kMebibyte;
constexpr std::size_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kEntryBytes = 46, kLongestComment = 65535;

[[noreturn]] void damaged() { throw Error("its directory is damaged or cut short"); }

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  if (at > bytes.size() || width > bytes.size() - at) damaged();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

class File {
 public:
  explicit File(const std::string& path) : stream_(path, std::ios::binary | std::ios::ate) {
    if (!stream_) throw Error("it cannot be read");
    size_ = static_cast<std::uint64_t>(stream_.tellg());
  }
  std::uint64_t size() const { return size_; }
  std::string part(std::uint64_t begin, std::uint64_t count) {
    if (begin > size_ || count > size_ - begin) damaged();
    std::string bytes(count, '\0');
    stream_.seekg(static_cast<std::streamoff>(begin));
    if (!stream_.read(bytes.data(), static_cast<std::streamsize>(count))) damaged();
    return bytes;
  }

 private:
  std::ifstream stream_;
  std::uint64_t size_ = 0;
};

struct Directory {
  std::uint64_t begin = 0, bytes = 0, records = 0;
};

Directory find_directory(File& file) {
  const std::uint64_t tail = std::min<std::uint64_t>(file.size(), kEndBytes + kLongestComment + kLocatorBytes);
  const std::string end = file.part(file.size() - tail, tail);
  const std::size_t at = end.rfind(std::string("PK\x05\x06", 4));
  if (at == std::string::npos || end.size() - at < kEndBytes) damaged();
  Directory found{number(end, at + 16, 4), number(end, at + 12, 4), number(end, at + 10, 2)};
  if (at < kLocatorBytes || end.compare(at - kLocatorBytes, 4, "PK\x06\x07") != 0) return found;
  const std::string end64 = file.part(number(end, at - kLocatorBytes + 8, 8), kEnd64Bytes);
  if (end64.compare(0, 4, "PK\x06\x06") != 0) damaged();
  return {number(end64, 48, 8), number(end64, 40, 8), number(end64, 32, 8)};
}

/// Sizes that do not fit into 32 bits are in an extra field, in the order of the fields that they replace.
void take_wide_sizes(std::string_view extra, ZipRecord& record, std::uint64_t& offset) {
  constexpr std::uint64_t kElsewhere = 0xFFFFFFFF;
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::size_t length = number(extra, at + 2, 2);
    if (number(extra, at, 2) == 1) {
      std::size_t field = at + 4;
      for (std::uint64_t* value : {&record.bytes, &record.stored_bytes, &offset}) {
        if (*value != kElsewhere) continue;
        *value = number(extra, field, 8);
        field += 8;
      }
    }
    at += 4 + length;
  }
}

ZipRecord take_record(std::string_view bytes, std::size_t& at, std::uint64_t file_size) {
  if (number(bytes, at, 4) != 0x02014B50) damaged();
  const std::size_t name = number(bytes, at + 28, 2), extra = number(bytes, at + 30, 2), comment = number(bytes, at + 32, 2);
  if (kEntryBytes + name + extra + comment > bytes.size() - at) damaged();
  ZipRecord record;
  record.name = bytes.substr(at + kEntryBytes, name);
  record.is_compressed = number(bytes, at + 10, 2) != 0;
  record.stored_bytes = number(bytes, at + 20, 4);
  record.bytes = number(bytes, at + 24, 4);
  std::uint64_t offset = number(bytes, at + 42, 4);
  take_wide_sizes(bytes.substr(at + kEntryBytes + name, extra), record, offset);
  if (offset > file_size || record.stored_bytes > file_size - offset) throw Error("a record of it lies outside the file; it is cut short");
  if (!record.is_compressed && record.bytes != record.stored_bytes) damaged();
  at += kEntryBytes + name + extra + comment;
  return record;
}

void check_records(const std::vector<ZipRecord>& records) {
  std::set<std::string> names;
  std::uint64_t unpacked = 0;
  for (const ZipRecord& record : records) {
    if (!names.insert(folded(record.name)).second) throw Error("it has two records of the name '" + record.name + "'");
    if (!record.is_compressed) continue;
    unpacked += std::min(record.bytes, kAllUnpacked);
    if (record.bytes > kLargestUnpacked || unpacked > kAllUnpacked)
      throw Error("its record '" + record.name + "' unpacks to " + std::to_string(record.bytes / kMebibyte) +
                  " MiB, more than is allowed for compressed parts (64 MiB each, 256 MiB together)");
  }
}

}  // namespace

std::string folded(const std::string& name) {
  std::string text = name;
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::vector<ZipRecord> zip_directory(const std::string& path) {
  File file(path);
  const Directory place = find_directory(file);
  if (place.bytes > kLargestDirectory) throw Error("its directory is larger than 64 MiB");
  const std::string bytes = file.part(place.begin, place.bytes);
  std::vector<ZipRecord> records;
  for (std::size_t at = 0; records.size() < place.records;) records.push_back(take_record(bytes, at, file.size()));
  check_records(records);
  return records;
}

}  // namespace flowrun::tensor
