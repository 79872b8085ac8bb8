#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowrun::tensor {

/// A record of a zip archive, as the archive's directory describes it.
struct ZipRecord {
  std::string name;  ///< with the archive's own folder, as it is written there
  bool is_compressed = false;
  std::uint64_t stored_bytes = 0;  ///< in the file
  std::uint64_t bytes = 0;         ///< unpacked
};

/// The directory of a zip archive, with 64-bit sizes where it has them. Reads nothing else, whatever the archive's size. Throws
/// Error, a reason without the file's name, for a directory that is damaged or larger than a model's can be (64 MiB); for two
/// records of one name (case does not count), one outside the file, and one that unpacks to more than it can be.
std::vector<ZipRecord> zip_directory(const std::string& path);

/// The name in lower case, as LibTorch looks records up.
std::string folded(const std::string& name);

}  // namespace flowrun::tensor
