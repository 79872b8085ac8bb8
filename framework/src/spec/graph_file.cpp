#include "spec/graph_file.h"

#include <fstream>
#include <iterator>

namespace flowrun::spec {

namespace fs = std::filesystem;

std::string file_fault(const fs::path& file, const std::string& what) {
  std::error_code failure;
  const auto status = fs::status(file, failure);
  if (!fs::exists(status)) return "does not exist";
  if (fs::is_directory(status)) return "is a folder, not a file";
  if (!fs::is_regular_file(status)) return "is not a regular file";
  const auto bytes = fs::file_size(file, failure);
  if (failure) return "cannot be read: " + failure.message();
  return bytes > kLargestGraphFile ? "holds more than 4 MiB, which is too large for " + what : "";
}

std::optional<std::string> read_graph_file(const fs::path& file, Diagnostics& faults) {
  if (const std::string fault = file_fault(file, "a graph"); !fault.empty()) {
    faults.error({file.string(), 0, 0}, "the file " + fault);
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.bad() && stream.is_open()) return text;
  faults.error({file.string(), 0, 0}, "the file cannot be read");
  return std::nullopt;
}

}  // namespace flowrun::spec
