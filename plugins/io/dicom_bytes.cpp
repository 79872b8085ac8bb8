#include "dicom_bytes.h"

#include <algorithm>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr std::uint64_t kBlock = 1 << 14;

}  // namespace

DicomBytes::DicomBytes(const std::filesystem::path& file) : stream_(file, std::ios::binary), size_(size_of(file)) {
  if (!stream_) refuse(file, "it cannot be opened; its permissions may forbid it");
}

unsigned char DicomBytes::next() {
  if (at_ < block_start_ || at_ >= block_start_ + block_.size()) {
    block_start_ = at_;
    block_.assign(static_cast<std::size_t>(std::min(kBlock, size_ - at_)), 0);
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(at_));
    stream_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  }
  return static_cast<unsigned char>(block_[static_cast<std::size_t>(at_++ - block_start_)]);
}

std::string DicomBytes::take_text(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>(next());
  return text;
}

}  // namespace flowrun::io
