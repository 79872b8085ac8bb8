#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

namespace flowrun {

/// A file that grows by whole pieces.
class AppendedFile {
 public:
  explicit AppendedFile(std::filesystem::path file) : file_(std::move(file)) {}
  ~AppendedFile();
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;

  /// Replaces the content; it appears whole or not at all. Throws Error.
  void restart(std::string_view text);
  /// Adds a piece with one write and brings it to the disk; when that fails, takes away what was written of it. Throws Error.
  void append(std::string_view text);

 private:
  void close();
  std::filesystem::path file_;
  int stream_ = -1;
};

}  // namespace flowrun
