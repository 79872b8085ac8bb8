#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/picture/canvas.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::view {

/// The colour of each label that occurs in an image, but 0. Twelve colours that colour-blind people can mostly distinguish; a
/// thirteenth label has the first again.
std::map<std::int32_t, picture::Colour> colours_of(const Labels& labels);

/// A line of a legend.
struct LegendEntry {
  picture::Colour colour;
  std::string text;  ///< "grey matter 512.3 ml"
};

/// What a legend says of the labels that have a colour, in their order; many of them end in "and 5 more".
std::vector<LegendEntry> legend_of(const Labels& labels, const std::map<std::int32_t, picture::Colour>& colours);

}  // namespace flowrun::view
