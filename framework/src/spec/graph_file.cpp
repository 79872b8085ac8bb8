#include "spec/graph_file.h"

#include <fstream>
#include <iostream>
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
  return bytes > kLargestGraphFile ? "contains more than 4 MiB, which is too large for " + what : "";
}

std::optional<std::string> read_standard_input(Diagnostics& faults) {
  std::string text(kLargestGraphFile + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() <= kLargestGraphFile) return text;
  faults.error({"standard input", 0, 0}, "it contains more than 4 MiB, which is too large for a graph");
  return std::nullopt;
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
