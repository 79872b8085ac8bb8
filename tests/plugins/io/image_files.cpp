#include "image_files.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {
namespace {

std::size_t bytes_of(int datatype) {
  switch (datatype) {
    case 2:
    case 256:
      return 1;
    case 4:
    case 512:
      return 2;
    case 64:
    case 1024:
    case 1280:
    case 32:
      return 8;
    case 128:
      return 3;
    default:
      return 4;
  }
}

template <class T>
void count_up(Bytes& bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) put(bytes, 352 + i * sizeof(T), static_cast<T>(i));
}

}  // namespace

TempFolder::TempFolder() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() / ("flowrun-io-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  std::filesystem::create_directories(path_);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TempFolder::names() const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

Bytes load(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(stream), {});
}

void save(const std::string& file, const Bytes& bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void save(const std::string& file, const std::string& text) { save(file, Bytes(text.begin(), text.end())); }

Bytes gzipped(const Bytes& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<unsigned char*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Bytes nifti_bytes(const std::vector<int>& sizes, int datatype) {
  std::size_t count = 1;
  for (const int size : sizes) count *= static_cast<std::size_t>(size);
  Bytes bytes(352 + count * bytes_of(datatype));
  put<std::int32_t>(bytes, 0, 348);
  put(bytes, 40, static_cast<std::int16_t>(sizes.size()));
  for (std::size_t i = 0; i < 7; ++i) put(bytes, 42 + 2 * i, static_cast<std::int16_t>(i < sizes.size() ? sizes[i] : 1));
  put(bytes, 70, static_cast<std::int16_t>(datatype));
  put(bytes, 72, static_cast<std::int16_t>(8 * bytes_of(datatype)));
  for (std::size_t i = 0; i < 8; ++i) put(bytes, 76 + 4 * i, 1.0f);
  put(bytes, 108, 352.0f);
  bytes[123] = 2;  // mm
  put<std::int16_t>(bytes, 254, 1);
  for (std::size_t axis = 0; axis < 3; ++axis) put(bytes, 280 + 20 * axis, 1.0f);
  std::memcpy(&bytes[344], "n+1", 4);
  if (datatype == 16) count_up<float>(bytes, count);
  if (datatype == 64) count_up<double>(bytes, count);
  if (datatype == 4) count_up<std::int16_t>(bytes, count);
  if (datatype == 2) count_up<std::uint8_t>(bytes, count);
  return bytes;
}

Volume oblique_volume(std::array<std::int64_t, 3> size) {
  Volume volume;
  volume.geometry.size = size;
  volume.geometry.spacing = {0.75, 1.5, 3};
  volume.geometry.origin = {-80.25, 12.5, 33.125};
  const double c = std::cos(0.3), s = std::sin(0.3), d = std::cos(-0.2), t = std::sin(-0.2);
  volume.geometry.direction = {c, -s * d, s * t, s, c * d, -c * t, 0, t, d};
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i) volume.voxels.push_back(static_cast<float>(i) - 3.5f);
  return volume;
}

double geometry_distance(const Geometry& a, const Geometry& b) {
  double largest = 0;
  for (std::size_t i = 0; i < 3; ++i)
    largest = std::max({largest, std::abs(a.spacing[i] - b.spacing[i]), std::abs(a.origin[i] - b.origin[i])});
  for (std::size_t i = 0; i < 9; ++i) largest = std::max(largest, std::abs(a.direction[i] - b.direction[i]));
  return largest;
}

ReadImage read_with(const std::string& path, const std::string& parameter, const std::string& value) {
  NodeRunner runner("io.read_volume", {{"path", path}, {parameter, value}});
  runner.run();
  return {runner.output<Volume>("volume"), runner.warnings()};
}

double corner_distance(const Geometry& geometry, const std::array<double, 12>& matrix) {
  double largest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    double squares = 0;
    for (std::size_t row = 0; row < 3; ++row) {
      double apart = geometry.origin[row] - matrix[4 * row + 3];
      for (std::size_t axis = 0; axis < 3; ++axis)
        if (corner >> axis & 1)
          apart += (geometry.direction[3 * row + axis] * geometry.spacing[axis] - matrix[4 * row + axis]) *
                   static_cast<double>(geometry.size[axis] - 1);
      squares += apart * apart;
    }
    largest = std::max(largest, std::sqrt(squares));
  }
  return largest;
}

std::string read_error(const std::string& path) { return NodeRunner("io.read_volume", {{"path", path}}).error_of_run(); }

Volume read_back(const std::string& path) {
  NodeRunner runner("io.read_volume", {{"path", path}});
  runner.run();
  return runner.output<Volume>("volume");
}

}  // namespace flowrun::testing
