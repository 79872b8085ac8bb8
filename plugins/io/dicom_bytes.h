#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace flowrun::io {

/// The bytes of a DICOM file from front to back, little-endian, with a place that can be moved. Reads in blocks.
class DicomBytes {
 public:
  /// Throws Error when the file's size cannot be found.
  explicit DicomBytes(const std::filesystem::path& file);

  std::uint64_t size() const { return size_; }
  std::uint64_t at() const { return at_; }
  void move_to(std::uint64_t place) { at_ = place; }
  bool has(std::uint64_t count) const { return at_ <= size_ && count <= size_ - at_; }

  /// The next number; to be called only when there is one.
  template <class T>
  T take() {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(next()) << (8 * i));
    return value;
  }
  std::string take_text(std::size_t count);

 private:
  unsigned char next();

  std::ifstream stream_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::uint64_t block_start_ = 0;
  std::vector<char> block_;
};

}  // namespace flowrun::io
