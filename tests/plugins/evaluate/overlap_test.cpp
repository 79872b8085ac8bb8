#include <cmath>

#include "measures.h"

namespace flowrun::testing {
namespace {

const std::string kType = "evaluate.overlap";

TEST_CASE("evaluate.overlap: shares and volumes are those worked out by hand") {
  // found 4 voxels, reference 5, both 3; a voxel has 0.7 x 1.2 x 3 = 2.52 mm3
  const Mask found = mask_of({1, 1, 1, 1, 0, 0, 0, 0}), reference = mask_of({0, 2, 2, 2, 2, 2, 0, 0});
  const Table table = measured(kType, found, reference);
  CHECK(std::get<std::string>(table.rows.at(0)[0]) == "p07");
  CHECK(number(table, "dice") == doctest::Approx(6.0 / 9));
  CHECK(number(table, "jaccard") == doctest::Approx(3.0 / 6));
  CHECK(number(table, "sensitivity") == doctest::Approx(3.0 / 5));
  CHECK(number(table, "precision") == doctest::Approx(3.0 / 4));
  CHECK(number(table, "found_mm3") == doctest::Approx(10.08));
  CHECK(number(table, "reference_mm3") == doctest::Approx(12.6));
  CHECK(number(table, "difference_mm3") == doctest::Approx(-2.52));
  CHECK(number(table, "difference_percent") == doctest::Approx(-20));
}

TEST_CASE("evaluate.overlap: distances are in mm along each axis") {
  // single voxels 2 apart along one axis: every distance is 2 spacings
  const std::array<double, 3> spacing{0.7, 1.2, 3.0};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::array<std::int64_t, 3> place{1, 1, 1};
    place[axis] = 3;
    const Table table =
        measured(kType, boxes(small_grid(5, 5, 5), {{{1, 1, 1}, {1, 1, 1}}}), boxes(small_grid(5, 5, 5), {{place, {1, 1, 1}}}));
    CHECK(number(table, "assd_mm") == doctest::Approx(2 * spacing[axis]));
    CHECK(number(table, "hd95_mm") == doctest::Approx(2 * spacing[axis]));
  }
}

TEST_CASE("evaluate.overlap: the average is over the surface voxels of both masks together") {
  // found is voxel 0, reference voxels 0, 1, 2 of a row with 1 mm: distances 0 | 0, 1, 2
  const Geometry row = millimetre_grid(9, 1, 1);
  const Table table = measured(kType, boxes(row, {{{0, 0, 0}, {1, 1, 1}}}), boxes(row, {{{0, 0, 0}, {3, 1, 1}}}));
  CHECK(number(table, "assd_mm") == doctest::Approx(3.0 / 4));
  // directed percentiles: of {0} 0; of {0, 1, 2} at rank 1.9: 1.9
  CHECK(number(table, "hd95_mm") == doctest::Approx(1.9));
}

TEST_CASE("evaluate.overlap: the inside of a mask is no surface") {
  // a 5^3 cube and the same without its middle voxel; the middle's 6 neighbours are surface too, 1 mm from no surface of the cube
  const Geometry grid = millimetre_grid(7, 7, 7);
  const Mask cube = boxes(grid, {{{1, 1, 1}, {5, 5, 5}}});
  Mask hollow = cube;
  hollow.voxels[static_cast<std::size_t>(grid.index_of(3, 3, 3))] = 0;
  // cube: 125 - 27 = 98 surface voxels, all surface of the other too; hollow: 98 and 6 more at 1 mm
  CHECK(number(measured(kType, cube, hollow), "assd_mm") == doctest::Approx(6.0 / (98 + 98 + 6)));
  CHECK(number(measured(kType, cube, cube), "assd_mm") == 0);
}

TEST_CASE("evaluate.overlap: empty masks give what has a meaning and nothing else") {
  const Mask none = mask_of({0, 0, 0}), some = mask_of({0, 1, 0});
  const Table both = measured(kType, none, none);
  CHECK(number(both, "dice") == 1);
  CHECK(number(both, "jaccard") == 1);
  for (const std::string column : {"sensitivity", "precision", "difference_percent", "assd_mm", "hd95_mm"})
    CHECK(std::isnan(number(both, column)));
  const Table missed = measured(kType, none, some);
  CHECK(number(missed, "dice") == 0);
  CHECK(number(missed, "sensitivity") == 0);
  CHECK(number(missed, "difference_percent") == -100);
  CHECK(std::isnan(number(missed, "precision")));
  CHECK(std::isnan(number(missed, "assd_mm")));
  CHECK(number(measured(kType, some, none), "precision") == 0);
}

TEST_CASE("evaluate.overlap: masks on two grids are an error that names both") {
  NodeRunner runner(kType);
  runner.input("found", mask_of({1, 0, 1}, "a.nii")).input("reference", mask_of({1, 0}, "b.nii"));
  CHECK(runner.error_of_run().find("'a.nii' and 'b.nii' are not on one grid: size 3 x 1 x 1 and 2 x 1 x 1") == 0);
}

}  // namespace
}  // namespace flowrun::testing
