#pragma once

#include <array>
#include <cstdint>

namespace flowrun::picture {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 8;  ///< the lowest row is for the tails of g, j, p, q and y

/// Rows from the top; the lowest five bits of each are its dots, the highest of them on the left. A box for what the font does
/// not have.
const std::array<std::uint8_t, kGlyphHeight>& glyph(char character);

}  // namespace flowrun::picture
