#include "cohort/file_identities.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "flowrun/host/file_stamps.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// Some bytes from the middle: files that differ mostly differ there.
std::string sample_of(const fs::path& file, std::uintmax_t size) {
  std::array<char, 65536> bytes{};
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(size / 2));
  stream.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(stream.gcount())};
}

}  // namespace

FileIdentities::FileIdentities(const std::set<std::string>& paths) {
  std::map<std::uintmax_t, std::set<std::string>> by_size;  // real paths
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    const std::uintmax_t size = error || !fs::is_regular_file(real, error) ? 0 : fs::file_size(real, error);
    names_[path] = error ? path : real.string();
    if (!error && size > 0) by_size[size].insert(real.string());
  }
  std::map<std::string, std::string> hashes;  // of real paths
  for (const auto& [size, files] : by_size) {
    if (files.size() < 2) continue;
    std::map<std::string, std::vector<std::string>> alike;
    for (const std::string& file : files) alike[sample_of(file, size)].push_back(file);
    for (const auto& [sample, same] : alike)
      if (same.size() > 1)
        for (const std::string& file : same)
          if (std::string hash = records::file_hash(file); !hash.empty()) hashes[file] = std::move(hash);
  }
  for (auto& [path, name] : names_)
    if (const auto hash = hashes.find(name); hash != hashes.end()) name = hash->second;
}

}  // namespace flowrun
