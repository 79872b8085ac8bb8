#include "montage_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include "axial_view.h"
#include "common/components/connected_runs.h"
#include "label_colours.h"
#include "slice_choice.h"
#include "tile.h"

namespace flowrun::view {
namespace {

using picture::text_height;
using picture::text_width;

constexpr int kTileWidth = 300;
constexpr int kMostTileHeight = 420;
constexpr int kGap = 6;
constexpr int kTextScale = 2;
constexpr int kTitleScale = 3;
constexpr int kSpace = 28;  ///< between items of the last lines
constexpr int kSwatch = 18;
constexpr int kLineSwatch = 4, kAreaSwatch = 14;  ///< height: of an outline's colour, of an area's

/// A piece of the text below the picture; one with a swatch explains a colour.
struct Item {
  std::string text;
  int scale = kTextScale;
  Colour colour = kText;
  bool swatch = false;
  int swatch_height = kLineSwatch;

  int width() const { return text_width(text, scale) + (swatch ? kSwatch + 8 : 0); }
};

struct PlacedItem {
  Item item;
  int x = 0;
  int y = 0;
};

/// The items from left to right, in as many lines as they need. Gives back the height.
int flow(const std::vector<Item>& items, int width, std::vector<PlacedItem>& placed) {
  constexpr int kLine = 34;
  int x = kGap, y = kGap;
  for (const Item& item : items) {
    if (x > kGap && x + item.width() > width) x = kGap, y += kLine;
    placed.push_back({item, x, y + (kLine - text_height(item.scale)) / 2});
    x += item.width() + kSpace;
  }
  return y + kLine + kGap;
}

void paint(Canvas& canvas, const PlacedItem& placed, int top) {
  int x = placed.x;
  const int y = top + placed.y;
  if (placed.item.swatch) {
    canvas.fill(x, y + 7 - placed.item.swatch_height / 2, kSwatch, placed.item.swatch_height, placed.item.colour);
    x += kSwatch + 8;
  }
  canvas.text(x, y, placed.item.text, placed.item.swatch ? kText : placed.item.colour, placed.item.scale);
}

using Colours = std::map<std::int32_t, Colour>;

std::vector<Item> footer_items(const MontageContent& content, const Colours& colours) {
  std::vector<Item> items{{content.title, kTitleScale}};
  if (!content.found_text.empty()) items.push_back({content.found_text, kTextScale, kFound, true});
  if (content.reference) items.push_back({content.reference_text, kTextScale, kReference, true});
  if (content.labels)
    for (const LegendEntry& entry : legend_of(*content.labels, colours))
      items.push_back({entry.text, kTextScale, entry.colour, true, kAreaSwatch});
  return items;
}

/// For each voxel the number of its lesion, empty where there is none. The mask and the reference together, so that slices with
/// missed lesions are chosen too.
std::vector<std::int32_t> lesions_of(const MontageContent& content) {
  if (!content.choose_by_mask) return {};
  std::vector<std::uint8_t> both = *content.found;
  if (content.reference)
    for (std::size_t i = 0; i < both.size(); ++i) both[i] = both[i] || (*content.reference)[i];
  const Geometry& geometry = content.image->geometry;
  const auto found = components::connected_runs(geometry, both, components::Connectivity::face);
  std::vector<std::int32_t> numbers(found.voxels_of.size());
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers.empty() ? numbers : components::paint(found, geometry, numbers);
}

std::string height_label(const AxialView& view, std::int64_t slice) {
  char text[64];
  std::snprintf(text, sizeof text, "z %+.0f mm", view.height(slice));
  return text;
}

/// Where the slice lies, and the sides of the body.
void paint_labels(Canvas& canvas, const TileFrame& frame, const AxialView& view, std::int64_t slice, int x, int y) {
  const int letter = text_width("R", kTextScale);
  const int middle_x = x + (frame.width - letter) / 2, middle_y = y + (frame.height - text_height(kTextScale)) / 2;
  const int bottom = y + frame.height - text_height(kTextScale) - 1;
  canvas.text(x + 5, y + 5, height_label(view, slice), kText, kTextScale);
  canvas.text(x + 5, bottom, "#" + std::to_string(slice), kDimText, kTextScale);
  canvas.text(x + 5, middle_y, "R", kDimText, kTextScale);
  canvas.text(x + frame.width - letter - 3, middle_y, "L", kDimText, kTextScale);
  canvas.text(middle_x, y + 5, "A", kDimText, kTextScale);
  canvas.text(middle_x, bottom, "P", kDimText, kTextScale);
}

}  // namespace

Canvas paint_montage(const MontageContent& content) {
  const AxialView view = axial_view_of(content.image->geometry);
  const Window window = robust_window(content.image->voxels);
  const Box box = interesting_box(view, content.image->voxels, window, {content.found, content.reference});
  const auto slices = choose_slices(view, lesions_of(content), box.low[2], box.high[2], content.columns * content.rows);
  const TileFrame frame = fit_tile(view, box, kTileWidth, kMostTileHeight);

  const int columns = static_cast<int>(std::min<std::int64_t>(content.columns, static_cast<std::int64_t>(slices.size())));
  const int rows = (static_cast<int>(slices.size()) + columns - 1) / columns;
  const int width = columns * (frame.width + kGap) + kGap, tiles_height = rows * (frame.height + kGap) + kGap;
  std::vector<PlacedItem> footer;
  const Colours colours = content.labels ? colours_of(*content.labels) : Colours{};
  const int footer_height = flow(footer_items(content, colours), width, footer);
  Canvas canvas(width, tiles_height + footer_height, kBackground);
  TilePainter painter(view, frame, canvas);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const int x = kGap + static_cast<int>(i) % columns * (frame.width + kGap),
              y = kGap + static_cast<int>(i) / columns * (frame.height + kGap);
    painter.image(content.image->voxels, window, slices[i], x, y);
    if (content.labels) painter.labels(content.labels->voxels, colours, content.opacity, slices[i], x, y);
    // The reference is the broader line below: where both agree, the found one lies in its middle.
    if (content.reference) painter.outline(*content.reference, kReference, 4, slices[i], x, y);
    painter.outline(*content.found, kFound, 2, slices[i], x, y);
    paint_labels(canvas, frame, view, slices[i], x, y);
  }
  for (const PlacedItem& item : footer) paint(canvas, item, tiles_height);
  return canvas;
}

}  // namespace flowrun::view
