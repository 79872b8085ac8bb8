// What the tests of evaluate's nodes share.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {

/// The number in a row and column of a table; fails the test when there is none.
inline double number(const Table& table, const std::string& column, std::size_t row = 0) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c] != column) continue;
    const Table::Cell& cell = table.rows.at(row)[c];
    return std::holds_alternative<double>(cell) ? std::get<double>(cell) : static_cast<double>(std::get<std::int64_t>(cell));
  }
  FAIL("no column " << column);
  return 0;
}

inline Table measured(const std::string& type, const Mask& found, const Mask& reference, const NodeRunner::Values& params = {}) {
  NodeRunner runner(type, params);
  runner.case_name("p07").input("found", found).input("reference", reference);
  runner.run();
  return runner.output<Table>("table");
}

/// A mask of boxes: each from a voxel (x, y, z) with a size along x, y, z.
struct Box {
  std::array<std::int64_t, 3> low, size;
};
inline Mask boxes(const Geometry& geometry, const std::vector<Box>& all) {
  Mask mask = mask_of(std::vector<std::uint8_t>(static_cast<std::size_t>(geometry.voxel_count())), geometry);
  for (const Box& box : all)
    for (std::int64_t z = 0; z < box.size[2]; ++z)
      for (std::int64_t y = 0; y < box.size[1]; ++y)
        for (std::int64_t x = 0; x < box.size[0]; ++x)
          mask.voxels[static_cast<std::size_t>(geometry.index_of(box.low[0] + x, box.low[1] + y, box.low[2] + z))] = 1;
  return mask;
}

inline Geometry millimetre_grid(std::int64_t x, std::int64_t y, std::int64_t z) {
  Geometry geometry;
  geometry.size = {x, y, z};
  return geometry;
}

}  // namespace flowrun::testing
