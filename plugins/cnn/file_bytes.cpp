#include "file_bytes.h"

#include <filesystem>
#include <fstream>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{256} << 20;

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw Error("'" + path + "' cannot be used as a file of weights: " + reason);
}

}  // namespace

std::string bytes_of_weights(const std::string& path) {
  std::error_code fault;
  if (!std::filesystem::is_regular_file(path, fault)) throw Error("there is no file '" + path + "' to read weights from");
  const std::uintmax_t size = std::filesystem::file_size(path, fault);
  std::ifstream file(path, std::ios::binary);
  if (fault || !file) refuse(path, "the file cannot be read");
  if (size > kMaxFileBytes)
    refuse(path, "it is larger than " + std::to_string(kMaxFileBytes >> 20) + " MiB; the published weights take 3 MB");
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace flowrun::cnn
