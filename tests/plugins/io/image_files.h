#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

/// A folder for one test, removed with all that is in it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> names() const;  ///< what lies in it, sorted

 private:
  std::filesystem::path path_;
};

using Bytes = std::vector<unsigned char>;
Bytes load(const std::string& file);
void save(const std::string& file, const Bytes& bytes);
void save(const std::string& file, const std::string& text);
Bytes gzipped(const Bytes& bytes);

/// Puts a number at a place of a header.
template <class T>
void put(Bytes& bytes, std::size_t place, T value) {
  const auto* raw = reinterpret_cast<const unsigned char*>(&value);
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes.at(place + i) = raw[i];
}

/// A NIfTI-1 file byte by byte, made without any library: sizes as in dim[1..], RAS rows 1 mm, voxels 0, 1, 2, ...
Bytes nifti_bytes(const std::vector<int>& sizes, int datatype = 16);

/// Voxels -3.5, -2.5, ... on an oblique, anisotropic grid.
Volume oblique_volume(std::array<std::int64_t, 3> size);

/// Largest difference of spacing, origin and direction.
double geometry_distance(const Geometry& a, const Geometry& b);

/// An image with what was said while it was read.
struct ReadImage {
  Volume volume;
  std::vector<std::string> warnings;
};
ReadImage read_with(const std::string& path, const std::string& parameter = "nan", const std::string& value = "error");

/// The largest distance between where two grids put a corner of the image, in mm. `matrix`: voxel to world, rows of 4,
/// LPS.
double corner_distance(const Geometry& geometry, const std::array<double, 12>& matrix);

/// What io.read_volume says about a file, or "".
std::string read_error(const std::string& path);
Volume read_back(const std::string& path);

}  // namespace flowrun::testing
