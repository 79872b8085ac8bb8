#include "label_colours.h"

#include <array>
#include <cstdio>

namespace flowrun::view {
namespace {

using picture::Colour;

constexpr std::array<Colour, 12> kColours{{{230, 159, 0},
                                           {86, 180, 233},
                                           {0, 158, 115},
                                           {240, 228, 66},
                                           {213, 94, 0},
                                           {204, 121, 167},
                                           {0, 114, 178},
                                           {153, 153, 51},
                                           {136, 34, 85},
                                           {68, 170, 153},
                                           {221, 204, 119},
                                           {170, 68, 153}}};
constexpr std::size_t kMostEntries = 24;

std::string entry_text(const Labels& labels, std::int32_t label, std::int64_t voxels) {
  const auto name = labels.names.find(label);
  const bool is_named = name != labels.names.end() && !name->second.empty();
  char volume[48];
  std::snprintf(volume, sizeof volume, " %.1f ml", static_cast<double>(voxels) * labels.geometry.voxel_volume() / 1000);
  return (is_named ? name->second : "label " + std::to_string(label)) + volume;
}

}  // namespace

std::map<std::int32_t, Colour> colours_of(const Labels& labels) {
  std::map<std::int32_t, Colour> colours;
  std::int32_t last = 0;
  for (const std::int32_t label : labels.voxels)
    if (label != 0 && label != last) colours[last = label] = {};
  std::size_t next = 0;
  for (auto& [label, colour] : colours) colour = kColours[next++ % kColours.size()];
  return colours;
}

std::vector<LegendEntry> legend_of(const Labels& labels, const std::map<std::int32_t, Colour>& colours) {
  std::map<std::int32_t, std::int64_t> voxels;
  for (const std::int32_t label : labels.voxels)
    if (label != 0) ++voxels[label];
  std::vector<LegendEntry> legend;
  for (const auto& [label, colour] : colours) {
    if (legend.size() == kMostEntries) {
      legend.push_back({colour, "and " + std::to_string(colours.size() - kMostEntries) + " more"});
      break;
    }
    legend.push_back({colour, entry_text(labels, label, voxels[label])});
  }
  return legend;
}

}  // namespace flowrun::view
