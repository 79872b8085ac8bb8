#include "common/picture/canvas.h"

#include <algorithm>

#include "common/picture/font.h"

namespace flowrun::picture {
namespace {

template <class Draw>
void each_dot(std::string_view text, Draw draw) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto& rows = glyph(text[i]);
    for (int row = 0; row < kGlyphHeight; ++row)
      for (int column = 0; column < kGlyphWidth; ++column)
        if (rows[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1)
          draw(static_cast<int>(i) * (kGlyphWidth + 1) + column, row);
  }
}

}  // namespace

Canvas::Canvas(int width, int height, Colour background)
    : width_(width), height_(height), bytes_(static_cast<std::size_t>(width) * height * 3) {
  fill(0, 0, width, height, background);
}

void Canvas::put(int x, int y, Colour colour, double opacity) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  std::uint8_t* pixel =
      &bytes_[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x))];
  const std::uint8_t parts[3] = {colour.red, colour.green, colour.blue};
  for (int i = 0; i < 3; ++i) pixel[i] = static_cast<std::uint8_t>(pixel[i] + (parts[i] - pixel[i]) * opacity + 0.5);
}

void Canvas::fill(int x, int y, int width, int height, Colour colour) {
  for (int row = std::max(0, y); row < std::min(height_, y + height); ++row)
    for (int column = std::max(0, x); column < std::min(width_, x + width); ++column) put(column, row, colour);
}

void Canvas::text(int x, int y, std::string_view text, Colour colour, int scale) {
  constexpr Colour kShadow{0, 0, 0};
  each_dot(text, [&](int column, int row) { fill(x + column * scale - 1, y + row * scale - 1, scale + 2, scale + 2, kShadow); });
  each_dot(text, [&](int column, int row) { fill(x + column * scale, y + row * scale, scale, scale, colour); });
}

int text_width(std::string_view text, int scale) { return static_cast<int>(text.size()) * (kGlyphWidth + 1) * scale; }
int text_height(int scale) { return kGlyphHeight * scale; }

}  // namespace flowrun::picture
