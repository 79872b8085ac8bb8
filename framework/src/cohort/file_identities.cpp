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
  std::map<std::pair<std::uintmax_t, std::string>, std::vector<std::string>> alike;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    const std::uintmax_t size = error || !fs::is_regular_file(real, error) ? 0 : fs::file_size(real, error);
    names_[path] = error ? path : real.string();
    if (!error && size > 0) alike[{size, sample_of(real, size)}].push_back(path);
  }
  for (const auto& [look, same] : alike)
    if (same.size() > 1)
      for (const std::string& path : same)
        if (std::string hash = records::file_hash(path); !hash.empty()) names_[path] = std::move(hash);
}

}  // namespace flowrun
