#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>

namespace flowrun::io {

/// The bytes of a file from a place on, inflated when they are compressed (gzip with any number of members, or zlib).
class DataStream {
 public:
  /// Throws Error when the file cannot be opened.
  DataStream(const std::filesystem::path& path, std::uint64_t offset, bool compressed);
  ~DataStream();
  DataStream(const DataStream&) = delete;
  DataStream& operator=(const DataStream&) = delete;

  /// Reads until `count` bytes or the end of the data, and says how many came. Throws Error naming the file when
  /// compressed data are damaged or stop in the middle; checksums are compared where the stream ends.
  std::size_t read(void* buffer, std::size_t count);

  /// Reads on to the end, at most `most` bytes, so that the checksum at the end is compared. Says how many bytes came.
  std::uint64_t skip(std::uint64_t most);

  /// The bytes of the file that follow its compressed data, once these were read to their end.
  std::uint64_t behind_compressed();

 private:
  struct Inflater;
  std::size_t inflate_some(unsigned char* buffer, std::size_t count);
  bool fill();

  std::filesystem::path path_;
  std::ifstream file_;
  std::unique_ptr<Inflater> inflater_;
  bool ended_ = false;
};

/// A file that is written from the start, plain or compressed by gzip. Nothing is lost in silence: each call throws
/// Error, with the system's reason and the name `shown_as`, when the bytes could not be written.
class DataWriter {
 public:
  /// Level 0 is plain, 1 the fastest, 9 the smallest.
  DataWriter(const std::filesystem::path& path, std::filesystem::path shown_as, int level);
  ~DataWriter();
  DataWriter(const DataWriter&) = delete;
  DataWriter& operator=(const DataWriter&) = delete;

  void write(const void* bytes, std::size_t count);
  void close();

 private:
  struct Gzip;
  std::filesystem::path shown_as_;
  std::unique_ptr<Gzip> gzip_;
};

}  // namespace flowrun::io
