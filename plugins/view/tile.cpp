#include "tile.h"

#include <algorithm>
#include <cmath>

namespace flowrun::view {
namespace {

constexpr double kLowPercentile = 0.01;
constexpr double kHighPercentile = 0.995;
constexpr std::size_t kMostSamples = 2000000;
constexpr double kForeground = 0.15;      ///< of the window: what is brighter belongs to the head
constexpr double kForegroundLine = 0.02;  ///< of a plane: fewer bright voxels are noise
constexpr double kMargin = 5;             ///< mm

double percentile(std::vector<float>& values, double share) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

using Profile = std::array<std::vector<std::int64_t>, 3>;

/// How many chosen voxels lie in each plane across u, v and w.
template <class Chosen>
Profile profile_of(const AxialView& view, Chosen chosen) {
  Profile profile;
  for (std::size_t i = 0; i < 3; ++i) profile[i].assign(static_cast<std::size_t>(view.size[i]), 0);
  for (std::int64_t w = 0; w < view.size[2]; ++w)
    for (std::int64_t v = 0; v < view.size[1]; ++v)
      for (std::int64_t u = 0; u < view.size[0]; ++u) {
        if (!chosen(static_cast<std::size_t>(view.index_of(u, v, w)))) continue;
        ++profile[0][static_cast<std::size_t>(u)];
        ++profile[1][static_cast<std::size_t>(v)];
        ++profile[2][static_cast<std::size_t>(w)];
      }
  return profile;
}

/// Widens the box to the planes with at least so many.
void widen(Box& box, const Profile& profile, const std::array<std::int64_t, 3>& least) {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::int64_t at = 0; at < static_cast<std::int64_t>(profile[i].size()); ++at) {
      if (profile[i][static_cast<std::size_t>(at)] < least[i]) continue;
      box.low[i] = std::min(box.low[i], at);
      box.high[i] = std::max(box.high[i], at + 1);
    }
}

}  // namespace

Window robust_window(const std::vector<float>& voxels) {
  std::vector<float> values;
  const std::size_t step = voxels.size() / kMostSamples + 1;
  for (std::size_t i = 0; i < voxels.size(); i += step)
    if (voxels[i] != 0 && std::isfinite(voxels[i])) values.push_back(voxels[i]);
  if (values.empty()) return {};
  const Window window{percentile(values, kLowPercentile), percentile(values, kHighPercentile)};
  return window.high > window.low ? window : Window{window.low - 1, window.low + 1};
}

Box interesting_box(const AxialView& view, const std::vector<float>& voxels, const Window& window,
                    const std::vector<const std::vector<std::uint8_t>*>& masks) {
  Box box{view.size, {0, 0, 0}};
  const double limit = window.low + kForeground * (window.high - window.low);
  std::array<std::int64_t, 3> least;
  for (std::size_t i = 0; i < 3; ++i)
    least[i] =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(kForegroundLine * static_cast<double>(view.count() / view.size[i])));
  widen(box, profile_of(view, [&](std::size_t i) { return voxels[i] > limit; }), least);
  for (const auto* mask : masks)
    if (mask) widen(box, profile_of(view, [&](std::size_t i) { return (*mask)[i] != 0; }), {1, 1, 1});
  for (std::size_t i = 0; i < 3; ++i) {
    if (box.low[i] >= box.high[i]) box.low[i] = 0, box.high[i] = view.size[i];
    const auto margin = i == 2 ? 0 : static_cast<std::int64_t>(std::ceil(kMargin / view.spacing[i]));
    box.low[i] = std::max<std::int64_t>(0, box.low[i] - margin);
    box.high[i] = std::min(view.size[i], box.high[i] + margin);
  }
  return box;
}

TileFrame fit_tile(const AxialView& view, const Box& box, int width, int most_height) {
  const double mm_wide = static_cast<double>(box.high[0] - box.low[0]) * view.spacing[0];
  const double mm_high = static_cast<double>(box.high[1] - box.low[1]) * view.spacing[1];
  TileFrame frame{box, std::min(width / mm_wide, most_height / mm_high), width, 0};
  frame.height = std::clamp(static_cast<int>(std::lround(mm_high * frame.scale)), most_height / 3, most_height);
  return frame;
}

std::array<double, 2> TilePainter::place_of(double column, double row) const {
  const double middle_u = 0.5 * static_cast<double>(frame_.box.low[0] + frame_.box.high[0] - 1);
  const double middle_v = 0.5 * static_cast<double>(frame_.box.low[1] + frame_.box.high[1] - 1);
  return {middle_u + (column + 0.5 - 0.5 * frame_.width) / (frame_.scale * view_.spacing[0]),
          middle_v + (row + 0.5 - 0.5 * frame_.height) / (frame_.scale * view_.spacing[1])};
}

/// The value at a pixel of the tile, bilinear between voxels; 0 outside of the image.
template <class T>
double TilePainter::sample(const std::vector<T>& voxels, std::int64_t slice, double column, double row) const {
  const auto [u, v] = place_of(column, row);
  const auto u0 = static_cast<std::int64_t>(std::floor(u)), v0 = static_cast<std::int64_t>(std::floor(v));
  const double part_u = u - static_cast<double>(u0), part_v = v - static_cast<double>(v0);
  const auto at = [&](std::int64_t a, std::int64_t b) {
    if (a < 0 || b < 0 || a >= view_.size[0] || b >= view_.size[1]) return 0.0;
    return static_cast<double>(voxels[static_cast<std::size_t>(view_.index_of(a, b, slice))]);
  };
  return (1 - part_v) * ((1 - part_u) * at(u0, v0) + part_u * at(u0 + 1, v0)) +
         part_v * ((1 - part_u) * at(u0, v0 + 1) + part_u * at(u0 + 1, v0 + 1));
}

void TilePainter::image(const std::vector<float>& voxels, const Window& window, std::int64_t slice, int x, int y) {
  for (int row = 0; row < frame_.height; ++row)
    for (int column = 0; column < frame_.width; ++column) {
      const double share = (sample(voxels, slice, column, row) - window.low) / (window.high - window.low);
      const auto grey = static_cast<std::uint8_t>(255 * (share > 0 ? std::min(share, 1.0) : 0.0));
      canvas_.put(x + column, y + row, {grey, grey, grey});
    }
}

void TilePainter::outline(const std::vector<std::uint8_t>& mask, Colour colour, double thickness, std::int64_t slice, int x,
                          int y) {
  const auto inside = [&](double column, double row) { return sample(mask, slice, column, row); };
  for (int row = 0; row < frame_.height; ++row)
    for (int column = 0; column < frame_.width; ++column) {
      const double across = inside(column + 0.5, row) - inside(column - 0.5, row);
      const double down = inside(column, row + 0.5) - inside(column, row - 0.5);
      const double slope = std::sqrt(across * across + down * down);
      if (slope < 1e-6) continue;
      // The distance to where the interpolated mask is one half, in pixels; the edge of the line is smoothed over one pixel.
      const double distance = std::abs(inside(column, row) - 0.5) / slope;
      const double opacity = std::min(1.0, thickness / 2 + 0.5 - distance);
      if (opacity > 0) canvas_.put(x + column, y + row, colour, opacity);
    }
}

void TilePainter::labels(const std::vector<std::int32_t>& voxels, const std::map<std::int32_t, Colour>& colours, double opacity,
                         std::int64_t slice, int x, int y) {
  for (int row = 0; row < frame_.height; ++row)
    for (int column = 0; column < frame_.width; ++column) {
      const auto place = place_of(column, row);
      const auto u = std::llround(place[0]), v = std::llround(place[1]);
      if (u < 0 || v < 0 || u >= view_.size[0] || v >= view_.size[1]) continue;
      const auto colour = colours.find(voxels[static_cast<std::size_t>(view_.index_of(u, v, slice))]);
      if (colour != colours.end()) canvas_.put(x + column, y + row, colour->second, opacity);
    }
}

}  // namespace flowrun::view
