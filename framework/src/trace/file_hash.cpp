#include "trace/file_hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

namespace flowrun::trace {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string digits() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text += "0123456789abcdef"[digest[i] >> 4];
      text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// Only of a plain file: opening a FIFO would wait for ever, a device may never end.
bool add_file(Sha256& hash, const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(file, unknown)) return false;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return false;
  std::vector<char> buffer(1 << 16);
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0)
    hash.add({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  return !stream.bad();
}

}  // namespace

std::string text_hash(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.digits();
}

std::string file_hash(const std::filesystem::path& file) {
  Sha256 hash;
  std::error_code error;
  if (!std::filesystem::is_directory(file, error)) return add_file(hash, file) ? hash.digits() : "";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(file, error))
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& one : files) {
    hash.add(one.filename().string());
    if (!add_file(hash, one)) return "";
  }
  return hash.digits();
}

}  // namespace flowrun::trace
