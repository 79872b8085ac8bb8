// The standard payloads: plain data, so that plugins that never heard of each other fit together.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/large_memory.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

/// What is known of an image. Nodes hand it on to what they make of it; what is empty is not known, and is never refused.
struct ImageFacts {
  std::string contrast;  ///< as BIDS suffixes name it: "FLAIR", "T1w", "T2w", "PDw"
  std::string space;     ///< the frame of reference, named once a registration or an atlas made it; empty: as the scanner had it
  std::string kind;      ///< one of kKind below
  std::map<std::string, std::string> more;  ///< what else is known of it, by name
  bool operator==(const ImageFacts&) const = default;
};

// What the numbers of an image are: ImageFacts::kind.
inline constexpr std::string_view kIntensity = "intensity";        ///< as measured, in arbitrary units
inline constexpr std::string_view kStandardised = "standardised";  ///< in standard deviations from a mean
inline constexpr std::string_view kProbability = "probability";    ///< 0 to 1
inline constexpr std::string_view kMask = "mask";                  ///< 0 outside, else inside
inline constexpr std::string_view kLabels = "labels";              ///< numbers that stand for names

/// A scalar image: geometry.voxel_count() float32 values, x fastest.
struct Volume : PayloadOf<Volume> {
  static constexpr std::string_view kType = "flowrun.volume/1";
  Geometry geometry;
  std::vector<float> voxels;
  std::string source;  ///< the file it came from or what made it, for messages
  ImageFacts facts;
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(float); }
};

/// A mask: geometry.voxel_count() values, x fastest; 0 is outside.
struct Mask : PayloadOf<Mask> {
  static constexpr std::string_view kType = "flowrun.mask/1";
  Geometry geometry;
  std::vector<std::uint8_t> voxels;
  std::string source;
  ImageFacts facts;
  std::size_t bytes() const noexcept override { return voxels.size(); }
};

/// A label image: geometry.voxel_count() values, x fastest; 0 is the background.
struct Labels : PayloadOf<Labels> {
  static constexpr std::string_view kType = "flowrun.labels/1";
  Geometry geometry;
  std::vector<std::int32_t> voxels;
  std::map<std::int32_t, std::string> names;  ///< of labels; one without a name is known by its number
  std::string source;
  ImageFacts facts;
  std::size_t bytes() const noexcept override;
};

/// Whether a word names one of the contrasts that are distinguished: FLAIR, T1, T2, PD, with or without the w of BIDS.
bool is_contrast(std::string_view word);
/// Whether two contrasts are known and are not one: "T1" and "T1w" are one, "T1w" and "T2w" are not.
bool contrasts_differ(std::string_view a, std::string_view b);

/// An image of type To on the grid of another, with its source and facts but not its voxels, which are zero. `kind` empty: the
/// same kind.
template <class To, class From>
To image_like(const From& from, std::string_view kind = {}) {
  To image;
  image.geometry = from.geometry;
  reserve_large(image.voxels, from.voxels.size());
  image.voxels.resize(from.voxels.size());
  image.source = from.source;
  image.facts = from.facts;
  if (!kind.empty()) image.facts.kind = kind;
  return image;
}

/// A figure that a node found, to be used as another node's parameter or in a table.
struct Number : PayloadOf<Number> {
  static constexpr std::string_view kType = "flowrun.number/1";
  double value = 0;
  std::string unit;  ///< "mm", "ml", "sd"; empty: none
  std::size_t bytes() const noexcept override { return sizeof value; }
};

/// Voxels of a grid, by linear index (Geometry::index_of), ascending and without repetition.
struct VoxelList : PayloadOf<VoxelList> {
  static constexpr std::string_view kType = "flowrun.voxel_list/1";
  Geometry geometry;
  std::vector<std::int64_t> voxels;
  std::string source;
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(std::int64_t); }
};

/// Patches around voxels, one chunk of a case's stream: N x C x D x H x W float32, W (the x axis) fastest, D is z.
struct PatchBatch : PayloadOf<PatchBatch> {
  static constexpr std::string_view kType = "flowrun.patch_batch/1";
  Geometry geometry;                          ///< of the images that the patches were cut from
  std::vector<std::int64_t> voxels;           ///< N centres, linear indices
  std::int64_t channels = 0;                  ///< C
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< W, H, D: voxels along x, y, z
  std::vector<float> values;                  ///< N * C * D * H * W
  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  std::int64_t values_per_patch() const { return channels * size[0] * size[1] * size[2]; }
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(std::int64_t) + values.size() * sizeof(float); }
};

/// Scores of voxels, one chunk of a case's stream: N x K float32, K fastest.
struct Scores : PayloadOf<Scores> {
  static constexpr std::string_view kType = "flowrun.scores/1";
  Geometry geometry;
  std::vector<std::int64_t> voxels;  ///< N linear indices
  std::int64_t classes = 0;          ///< K
  std::vector<float> values;         ///< N * K
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(std::int64_t) + values.size() * sizeof(float); }
};

/// Named columns; every row has one cell for each.
struct Table : PayloadOf<Table> {
  static constexpr std::string_view kType = "flowrun.table/1";
  using Cell = std::variant<std::int64_t, double, std::string>;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  std::size_t bytes() const noexcept override;
};

}  // namespace flowrun
