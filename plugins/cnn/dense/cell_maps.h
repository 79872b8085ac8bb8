#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "buffer.h"
#include "packed_network.h"
#include "wanted.h"

namespace flowrun::cnn::dense {

/// The centres of a box that are equal modulo the first pooling's stride: their patches use the same cells. Cells and centres of
/// a class are counted in strides: a centre's cell k is at place i + k, i being the centre's place.
struct CentreClass {
  std::array<int, 3> offset{};  ///< of its first centre in the box
  std::array<int, 3> size{};    ///< its places along x, y, z
  VoxelBits wanted;
};

/// The classes of a box that have a wanted centre or not, x fastest.
std::vector<CentreClass> classes_of(const Box& box, const VoxelBits& wanted, const Plan& plan);

/// What the first pooling gives for every kind of cell, over the cells that the patches of a box use: for each class and kind a
/// grid of places x, y, z with `width` channels. Only cells that are needed hold values.
class CellMaps {
 public:
  CellMaps(const Plan& plan, const std::vector<CentreClass>& classes, int width, Buffer& buffer);

  /// The places along z of a kind's cells at a place in x and y; the first is the kind's `first_cell`.
  float* line(std::size_t centre_class, int kind_x, int kind_y, int kind_z, int place_x, int place_y) const;

  /// Memory for a box of this size, in floats.
  static std::size_t floats_for(const Plan& plan, const std::vector<CentreClass>& classes, int width);

 private:
  std::size_t index_of_kinds(std::size_t centre_class, int x, int y, int z) const;

  const Plan& plan_;
  const std::vector<CentreClass>& classes_;
  std::size_t width_;
  std::vector<float*> starts_;  ///< class, kind x, kind y, kind z
};

/// Places along an axis that cells of a kind can have for `centres` places of centres.
inline int places_of(const CellKind& kind, int centres) { return centres + kind.last_cell - kind.first_cell; }

}  // namespace flowrun::cnn::dense
