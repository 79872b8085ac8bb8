#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/picture/canvas.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::view {

/// What a montage shows. Image and masks are on one grid; a mask's voxels that are not 0 are inside.
struct MontageContent {
  const Volume* image = nullptr;
  const std::vector<std::uint8_t>* found = nullptr;
  const std::vector<std::uint8_t>* reference = nullptr;  ///< or null
  std::string title;
  std::string found_text;  ///< for the line below the picture, beside the outline's colour; empty: no text
  std::string reference_text;
  bool choose_by_mask = true;  ///< slices with much of the mask are chosen; else they are spread over the head
  std::int64_t columns = 4;
  std::int64_t rows = 3;
  const Labels* labels = nullptr;  ///< or null; drawn below the outlines
  double opacity = 0.5;            ///< of the labels
};

/// The whole picture: tiles from bottom to top of the head, with a line of text below.
picture::Canvas paint_montage(const MontageContent& content);

}  // namespace flowrun::view
