#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "flowrun/host/file_stamps.h"

namespace flowrun::results {

/// Bytes in a file, compressed where that pays, with their hash as they lie there.
struct PackedBytes {
  std::int64_t bytes = 0;   ///< as they are
  std::int64_t stored = 0;  ///< as they lie in the file
  bool packed = false;      ///< zstd
  std::string sha256;       ///< of the stored ones
};

/// Writes bytes that come in parts. Whether they are compressed is decided by the first of them. Throws Error where the file
/// cannot be written.
class PackingWriter {
 public:
  explicit PackingWriter(std::ofstream& file);
  ~PackingWriter();
  PackingWriter(const PackingWriter&) = delete;
  PackingWriter& operator=(const PackingWriter&) = delete;
  void put(const void* bytes, std::size_t length);
  PackedBytes finish();

 private:
  void choose();
  void pass(const void* bytes, std::size_t length, bool last);
  void store(const void* bytes, std::size_t length);

  struct Packer;
  std::ofstream& file_;
  std::unique_ptr<Packer> packer_;
  records::Sha256 hash_;
  PackedBytes result_;
  std::vector<char> first_;  ///< until it is decided
  bool chosen_ = false;
};

/// Reads them at a place of a file. Throws Error, a sentence's end, where they are not what was written.
std::vector<std::byte> read_packed(std::ifstream& file, std::int64_t at, const PackedBytes& what);

}  // namespace flowrun::results
