#pragma once

#include <array>
#include <cctype>
#include <cstdint>

#include "data_stream.h"
#include "voxel_source.h"

namespace flowrun::io {

constexpr std::uint64_t kLookBehind = std::uint64_t{64} << 20;  ///< bytes behind the voxels that are looked at

/// The bytes of the voxels, whatever they are written in.
class VoxelBytes {
 public:
  explicit VoxelBytes(const VoxelSource& source)
      : stream_(source.file, source.offset, source.coding == Coding::deflated), hex_(source.coding == Coding::hexadecimal) {
    stream_.skip(source.offset_inflated);
  }

  std::size_t read(void* buffer, std::size_t count) { return hex_ ? read_hex(buffer, count) : stream_.read(buffer, count); }
  /// Reads to the end of inflated data, so that a checksum is compared. The bytes that came, at most kLookBehind.
  std::uint64_t finish() { return stream_.skip(kLookBehind); }
  std::uint64_t behind_compressed() { return stream_.behind_compressed(); }

  /// The characters of text that were taken, and whether others than white space follow them.
  std::uint64_t taken() const { return taken_; }
  bool has_more_text() {
    for (std::uint64_t looked = 0; looked < kLookBehind; ++looked) {
      const int c = character();
      if (c < 0) return false;
      if (!std::isspace(c)) return true;
    }
    return true;
  }

  /// The next character, or -1.
  int character() {
    if (at_ == came_) {
      came_ = stream_.read(block_.data(), block_.size());
      at_ = 0;
      if (came_ == 0) return -1;
    }
    ++taken_;
    return static_cast<unsigned char>(block_[at_++]);
  }

 private:
  std::size_t read_hex(void* buffer, std::size_t count) {
    auto* bytes = static_cast<unsigned char*>(buffer);
    for (std::size_t done = 0; done < count; ++done) {
      const int high = digit(), low = high < 0 ? -1 : digit();
      if (low < 0) return done;
      bytes[done] = static_cast<unsigned char>(16 * high + low);
    }
    return count;
  }

  /// The value of the next digit; -1 at the end or at something else.
  int digit() {
    int c = character();
    while (c >= 0 && std::isspace(c)) c = character();
    if (c >= '0' && c <= '9') return c - '0';
    c = c < 0 ? c : std::tolower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  DataStream stream_;
  bool hex_ = false;
  std::array<char, 65536> block_{};
  std::size_t at_ = 0;
  std::size_t came_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace flowrun::io
