#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "axial_view.h"
#include "common/picture/canvas.h"

namespace flowrun::view {

using picture::Canvas;
using picture::Colour;

inline constexpr Colour kBackground{16, 16, 18};
inline constexpr Colour kFound{255, 176, 0};       ///< outline of the mask
inline constexpr Colour kReference{86, 180, 233};  ///< outline of the reference; colour-blind people can distinguish both
inline constexpr Colour kText{235, 235, 235};
inline constexpr Colour kDimText{150, 150, 155};

/// Grey values from black to white.
struct Window {
  double low = 0;
  double high = 1;
};

/// The 1st and 99.5th percentile of the voxels that are not 0.
Window robust_window(const std::vector<float>& voxels);

/// The part of the view to show: voxels clearly above the window's lower end, and those of the masks (null: none), with a margin.
Box interesting_box(const AxialView& view, const std::vector<float>& voxels, const Window& window,
                    const std::vector<const std::vector<std::uint8_t>*>& masks);

/// What all tiles have in common.
struct TileFrame {
  Box box;           ///< voxels shown
  double scale = 1;  ///< pixels a mm
  int width = 0;     ///< pixels
  int height = 0;
};

/// Fits the box into at most `width` x `most_height` pixels; the height follows from the box.
TileFrame fit_tile(const AxialView& view, const Box& box, int width, int most_height);

/// Draws slices of images onto a canvas.
class TilePainter {
 public:
  TilePainter(const AxialView& view, const TileFrame& frame, Canvas& canvas) : view_(view), frame_(frame), canvas_(canvas) {}

  /// The image as grey values, interpolated, the tile's top left corner at (x, y).
  void image(const std::vector<float>& voxels, const Window& window, std::int64_t slice, int x, int y);
  /// The line where the mask ends, `thickness` pixels.
  void outline(const std::vector<std::uint8_t>& mask, Colour colour, double thickness, std::int64_t slice, int x, int y);
  /// Each label that has a colour, over what is there, voxel by voxel.
  void labels(const std::vector<std::int32_t>& voxels, const std::map<std::int32_t, Colour>& colours, double opacity,
              std::int64_t slice, int x, int y);

 private:
  /// Where a pixel of the tile lies, in voxels along u and v.
  std::array<double, 2> place_of(double column, double row) const;
  template <class T>
  double sample(const std::vector<T>& voxels, std::int64_t slice, double column, double row) const;

  const AxialView& view_;
  const TileFrame& frame_;
  Canvas& canvas_;
};

}  // namespace flowrun::view
