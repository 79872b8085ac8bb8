#include "common/torch/trusted_models.h"

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

fs::path list_path() {
  if (const std::string named = variable("FLOWRUN_TRUSTED_MODELS"); !named.empty()) return named;
  if (const std::string config = variable("XDG_CONFIG_HOME"); !config.empty()) return fs::path(config) / "flowrun" / "trusted_models";
  const std::string home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".config" / "flowrun" / "trusted_models";
}

void require_own(const fs::path& list) {
  struct stat status {};
  if (::stat(list.c_str(), &status) != 0) return;
  if (!S_ISREG(status.st_mode)) throw Error("the list of trusted models '" + list.string() + "' is not a file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    throw Error("the list of trusted models '" + list.string() + "' belongs to another user; it must be yours");
  if (status.st_mode & (S_IWGRP | S_IWOTH))
    throw Error("the list of trusted models '" + list.string() + "' can be written by others; run: chmod go-w '" + list.string() + "'");
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string sha256_of(const std::string& path) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(1 << 16);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(file.gcount()));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) (text += "0123456789abcdef"[digest[i] >> 4]) += "0123456789abcdef"[digest[i] & 15];
  return text;
}

bool is_trusted_model(const std::string& path) {
  const fs::path list = list_path();
  std::ifstream lines(list);
  if (list.empty() || !lines) return false;
  require_own(list);
  std::string hash, line;
  while (std::getline(lines, line)) {
    line.resize(std::min<std::size_t>(line.size(), 64));
    if (line.size() < 64) continue;
    std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (hash.empty()) hash = sha256_of(path);
    if (line == hash) return true;
  }
  return false;
}

std::string how_to_trust(const std::string& path) {
  const fs::path list = list_path();
  if (list.empty()) return "ask whoever made it";
  return "ask whoever made it; if you trust them with all that you may do here, run: mkdir -p " + quoted(list.parent_path().string()) +
         " && sha256sum " + quoted(path) + " >> " + quoted(list.string());
}

}  // namespace flowrun::tensor
