#include "report/thumbnail.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace flowrun {
namespace {

constexpr std::uint64_t kMostPixels = 64'000'000;
constexpr int kGreys = 64, kReds = 6, kGreens = 8, kBlues = 4;  ///< of the palette: greys, then a cube of colours
constexpr int kGreyAbout = 20;  ///< channels that differ by less count as grey: medical images are, but for their outlines

struct Picture {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

Picture read_picture(const std::filesystem::path& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&image, file.c_str())) return {};
  const std::unique_ptr<png_image, void (*)(png_image*)> freed(&image, png_image_free);
  if (std::uint64_t{image.width} * image.height > kMostPixels) return {};
  image.format = PNG_FORMAT_RGB;
  Picture picture{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  const png_color background{255, 255, 255};
  if (!png_image_finish_read(&image, &background, picture.rgb.data(), 0, nullptr)) return {};
  return picture;
}

/// The mean colour of the pixels of one target pixel.
std::array<int, 3> mean_of(const Picture& from, std::size_t x0, std::size_t x1, std::size_t y0, std::size_t y1) {
  std::array<std::uint64_t, 3> sum{};
  for (std::size_t y = y0; y < y1; ++y)
    for (std::size_t x = x0; x < x1; ++x)
      for (std::size_t c = 0; c < 3; ++c) sum[c] += from.rgb[3 * (y * from.width + x) + c];
  const std::uint64_t count = (x1 - x0) * (y1 - y0);
  return {static_cast<int>(sum[0] / count), static_cast<int>(sum[1] / count), static_cast<int>(sum[2] / count)};
}

std::uint8_t palette_index(const std::array<int, 3>& rgb) {
  const auto [low, high] = std::minmax_element(rgb.begin(), rgb.end());
  if (*high - *low < kGreyAbout) return static_cast<std::uint8_t>((rgb[0] + rgb[1] + rgb[2]) * (kGreys - 1) / (3 * 255));
  const auto level = [](int value, int levels) { return (value * (levels - 1) + 127) / 255; };
  return static_cast<std::uint8_t>(kGreys + (level(rgb[0], kReds) * kGreens + level(rgb[1], kGreens)) * kBlues +
                                   level(rgb[2], kBlues));
}

std::vector<std::uint8_t> palette() {
  std::vector<std::uint8_t> colours;
  const auto add = [&](int r, int g, int b) {
    for (const int value : {r, g, b}) colours.push_back(static_cast<std::uint8_t>(value));
  };
  for (int grey = 0; grey < kGreys; ++grey) add(grey * 255 / (kGreys - 1), grey * 255 / (kGreys - 1), grey * 255 / (kGreys - 1));
  for (int r = 0; r < kReds; ++r)
    for (int g = 0; g < kGreens; ++g)
      for (int b = 0; b < kBlues; ++b) add(r * 255 / (kReds - 1), g * 255 / (kGreens - 1), b * 255 / (kBlues - 1));
  return colours;
}

std::string png_of(const std::vector<std::uint8_t>& indices, std::size_t width, std::size_t height) {
  static const std::vector<std::uint8_t> colours = palette();
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = static_cast<png_uint_32>(colours.size() / 3);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, indices.data(), 0, colours.data())) return "";
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string thumbnail_png(const std::filesystem::path& file, std::size_t widest) {
  const Picture from = read_picture(file);
  if (from.rgb.empty()) return "";
  const std::size_t width = std::min(from.width, widest);
  const std::size_t height = std::clamp<std::size_t>(from.height * width / from.width, 1, 4 * widest);
  std::vector<std::uint8_t> indices;
  indices.reserve(width * height);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t x0 = x * from.width / width, y0 = y * from.height / height;
      const std::size_t x1 = std::max(x0 + 1, (x + 1) * from.width / width),
                        y1 = std::max(y0 + 1, (y + 1) * from.height / height);
      indices.push_back(palette_index(mean_of(from, x0, std::min(x1, from.width), y0, std::min(y1, from.height))));
    }
  return png_of(indices, width, height);
}

}  // namespace flowrun
