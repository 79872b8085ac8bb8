#include "flowrun/host/file_stamps.h"

#include <openssl/evp.h>

#include <fstream>
#include <memory>
#include <vector>

#include "flowrun/host/scripts.h"
#include "records/file_parts.h"

namespace flowrun::records {
namespace {

/// Only of a plain file: opening a FIFO would wait for ever, a device may never end.
bool add_file(Sha256& hash, const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(file, unknown)) return false;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return false;
  std::vector<char> buffer(1 << 16);
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0)
    hash.add(buffer.data(), static_cast<std::size_t>(stream.gcount()));
  return !stream.bad();
}

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> of{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { EVP_DigestInit_ex(context_->of.get(), EVP_sha256(), nullptr); }
Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, std::size_t length) { EVP_DigestUpdate(context_->of.get(), bytes, length); }

std::string Sha256::digits() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->of.get(), digest, &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string text_hash(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.digits();
}

std::string file_hash(const std::filesystem::path& path) {
  Sha256 hash;
  const std::vector<FilePart> parts = parts_of(path);
  std::error_code unknown;
  if (parts.size() == 1 && parts.front().name.empty()) return add_file(hash, path) ? hash.digits() : "";
  if (parts.empty() && !std::filesystem::is_empty(path, unknown)) return "";
  for (const FilePart& part : parts) {
    Sha256 content;  // of its own, so that no text can pass from one file to the next unseen
    if (!add_file(content, part.file)) return "";
    hash.add(part.name + '\n' + content.digits() + '\n');
  }
  return hash.digits();
}

std::vector<std::string> plugin_files(const std::filesystem::path& library) {
  std::vector<std::string> files{library.string()};
  if (is_script(library))
    for (const std::string& helper : script_helpers(library)) files.push_back((library.parent_path() / helper).string());
  return files;
}

std::string plugin_hash(const std::filesystem::path& library) {
  const std::string hash = file_hash(library);
  if (!is_script(library)) return hash;
  std::string all = hash;
  for (const std::string& helper : script_helpers(library))
    all += "\n" + helper + " " + file_hash(library.parent_path() / helper);
  return text_hash(all);
}

}  // namespace flowrun::records
