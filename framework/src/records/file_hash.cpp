#include "flowrun/host/file_stamps.h"

#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include "flowrun/host/linked_libraries.h"
#include "flowrun/host/scripts.h"
#include "records/file_parts.h"

namespace flowrun::records {
namespace {

namespace fs = std::filesystem;

/// Larger ones that a plugin links (LibTorch) count by what their linker has noted: hashing them would take seconds.
constexpr std::uintmax_t kLargestHashed = std::uintmax_t{64} << 20;

/// Only of a plain file: opening a FIFO would wait for ever, a device may never end.
bool add_file(Sha256& hash, const fs::path& file) {
  std::error_code unknown;
  if (!fs::is_regular_file(file, unknown)) return false;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return false;
  std::vector<char> buffer(1 << 16);
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0)
    hash.add(buffer.data(), static_cast<std::size_t>(stream.gcount()));
  return !stream.bad();
}

/// The libraries of a plugin are asked for several times in a run, and stay as they are in nearly all of them.
std::string library_hash(const fs::path& file) {
  static FileStamps* const kStamps = new FileStamps;  // never destroyed: any thread may ask until the process has ended
  return kStamps->hashed(file.string()).sha256;
}

std::string linked_hash(const fs::path& file) {
  std::error_code unknown;
  const std::string id = fs::file_size(file, unknown) > kLargestHashed ? build_id(file) : "";
  return id.empty() ? library_hash(file) : "build " + id;
}

/// What libraries among a plugin's files link, each once.
std::vector<fs::path> linked_by(const std::vector<std::string>& files) {
  std::vector<fs::path> found;
  for (const std::string& file : files) {
    if (fs::path(file).extension() != ".so") continue;
    for (fs::path& linked : linked_libraries(file)) {
      const bool known = std::find(found.begin(), found.end(), linked) != found.end() ||
                         std::find(files.begin(), files.end(), linked.string()) != files.end();
      if (!known) found.push_back(std::move(linked));
    }
  }
  return found;
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

std::string file_hash(const fs::path& path) {
  Sha256 hash;
  const std::vector<FilePart> parts = parts_of(path);
  std::error_code unknown;
  if (parts.size() == 1 && parts.front().name.empty()) return add_file(hash, path) ? hash.digits() : "";
  if (parts.empty() && !fs::is_empty(path, unknown)) return "";
  for (const FilePart& part : parts) {
    Sha256 content;  // of its own, so that no text can pass from one file to the next unseen
    if (!add_file(content, part.file)) return "";
    hash.add(part.name + '\n' + content.digits() + '\n');
  }
  return hash.digits();
}

std::vector<std::string> plugin_files(const fs::path& library) {
  std::vector<std::string> files{library.string()};
  if (is_script(library))
    for (const std::string& helper : script_helpers(library)) files.push_back((library.parent_path() / helper).string());
  for (const fs::path& linked : linked_by(files)) files.push_back(linked.string());
  return files;
}

std::string plugin_hash(const fs::path& library) {
  const std::string own = library_hash(library);
  const std::vector<std::string> helpers = is_script(library) ? script_helpers(library) : std::vector<std::string>();
  std::vector<std::string> files{library.string()};
  std::string all = own;
  for (const std::string& helper : helpers) {
    files.push_back((library.parent_path() / helper).string());
    all += "\n" + helper + " " + library_hash(files.back());
  }
  for (const fs::path& linked : linked_by(files)) {
    const std::string hash = linked_hash(linked);
    if (hash.empty()) return "";
    all += "\n" + linked.filename().string() + " " + hash;
  }
  return all == own && !is_script(library) ? own : text_hash(all);
}

}  // namespace flowrun::records
