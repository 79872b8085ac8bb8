#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace flowrun::picture {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool operator==(const Colour&) const = default;
};

/// A picture of 8-bit RGB. What is drawn outside of it is left away.
class Canvas {
 public:
  Canvas(int width, int height, Colour background);

  int width() const { return width_; }
  int height() const { return height_; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }  ///< rows from the top, three bytes a pixel

  void put(int x, int y, Colour colour, double opacity = 1);
  void fill(int x, int y, int width, int height, Colour colour);
  /// Text from its top left corner, a font pixel `scale` pixels wide. Dark below it, so that it can be read on any picture.
  void text(int x, int y, std::string_view text, Colour colour, int scale);

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> bytes_;
};

int text_width(std::string_view text, int scale);
int text_height(int scale);

}  // namespace flowrun::picture
