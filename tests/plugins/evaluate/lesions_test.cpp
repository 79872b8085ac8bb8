#include <cmath>

#include "measures.h"

namespace flowrun::testing {
namespace {

const std::string kType = "evaluate.lesions";

/// Lesions are boxes of 10 voxels along x, in rows of their own: row r at y = 2 r.
Box row(std::int64_t index, std::int64_t from, std::int64_t length) { return {{from, 2 * index, 0}, {length, 1, 1}}; }
Geometry grid() { return millimetre_grid(40, 20, 1); }

Table matched(const std::vector<Box>& found, const std::vector<Box>& reference, const NodeRunner::Values& params = {}) {
  return measured(kType, boxes(grid(), found), boxes(grid(), reference), params);
}

TEST_CASE("evaluate.lesions: a lesion is detected when more than a tenth of it is overlapped") {
  // one voxel of ten is not more than 10 %, two are; the found component lies wholly or by half within
  CHECK(number(matched({row(0, 9, 4)}, {row(0, 0, 10)}), "lesions_detected") == 0);
  CHECK(number(matched({row(0, 8, 4)}, {row(0, 0, 10)}), "lesions_detected") == 1);
}

TEST_CASE("evaluate.lesions: a component that lies more than 70 % outside detects nothing") {
  // 3 of 10 voxels inside: 70 % outside, which is not more; 3 of 11: 72.7 %
  CHECK(number(matched({row(0, 7, 10)}, {row(0, 0, 10)}), "lesions_detected") == 1);
  CHECK(number(matched({row(0, 7, 11)}, {row(0, 0, 10)}), "lesions_detected") == 0);
}

TEST_CASE("evaluate.lesions: only the components that make up 65 % of the overlap are looked at") {
  // Reference: x 0..19. The first component covers 7 voxels of it, the second 3 and lies 28 - 20 = 8 of 11 voxels outside (73 %).
  // 7 of 10 overlapped voxels are 70 %: the second is not looked at.
  const std::vector<Box> reference{row(0, 0, 20)};
  CHECK(number(matched({row(0, 0, 7), row(0, 17, 11)}, reference), "lesions_detected") == 1);
  // 5 and 3: the first makes up 62.5 % only, so the second is looked at and spoils it
  CHECK(number(matched({row(0, 0, 5), row(0, 17, 11)}, reference), "lesions_detected") == 0);
  CHECK(number(matched({row(0, 0, 5), row(0, 17, 11)}, reference, {{"gamma", 0.6}}), "lesions_detected") == 1);
  CHECK(number(matched({row(0, 0, 5), row(0, 17, 11)}, reference, {{"beta", 0.75}}), "lesions_detected") == 1);
}

TEST_CASE("evaluate.lesions: outside means outside every lesion of the reference") {
  // a component over two lesions: 2 voxels of the first, 8 between... all but 4 of its 12 voxels in one of the two
  const std::vector<Box> found{row(0, 8, 12)};
  const std::vector<Box> reference{row(0, 0, 10), row(0, 14, 10)};
  const Table table = matched(found, reference);
  CHECK(number(table, "lesions_detected") == 2);
  CHECK(number(table, "lesion_precision") == 1);
}

TEST_CASE("evaluate.lesions: precision is the rule with the masks swapped, f1 the harmonic mean") {
  // two of three reference lesions found; of four found lesions two are real
  const std::vector<Box> reference{row(0, 0, 10), row(1, 0, 10), row(2, 0, 10)};
  const std::vector<Box> found{row(0, 2, 8), row(1, 0, 9), row(5, 0, 10), row(6, 0, 10)};
  const Table table = matched(found, reference);
  CHECK(number(table, "lesions_reference") == 3);
  CHECK(number(table, "lesions_found") == 4);
  CHECK(number(table, "lesions_detected") == 2);
  CHECK(number(table, "lesions_confirmed") == 2);
  CHECK(number(table, "lesion_sensitivity") == doctest::Approx(2.0 / 3));
  CHECK(number(table, "lesion_precision") == doctest::Approx(0.5));
  CHECK(number(table, "lesion_f1") == doctest::Approx(2 * (2.0 / 3) * 0.5 / (2.0 / 3 + 0.5)));
}

TEST_CASE("evaluate.lesions: components up to 3 mm3 are ignored, also where they overlap") {
  CHECK(number(matched({row(0, 0, 3)}, {row(0, 0, 10)}), "lesions_found") == 0);
  CHECK(number(matched({row(0, 0, 3)}, {row(0, 0, 10)}), "lesions_detected") == 0);
  CHECK(number(matched({row(0, 0, 4)}, {row(0, 0, 10)}), "lesions_detected") == 1);
  CHECK(number(matched({row(0, 0, 3)}, {row(0, 0, 10)}, {{"ignored", 2.0}}), "lesions_detected") == 1);
  // on a grid of 0.7 x 1.2 x 3 mm one voxel has 2.52 mm3, two have 5.04
  CHECK(number(measured(kType, mask_of({1, 0, 1, 1}), mask_of({1, 0, 1, 1})), "lesions_reference") == 1);
}

TEST_CASE("evaluate.lesions: masks without lesions give what has a meaning and nothing else") {
  const Table none = matched({}, {});
  CHECK(number(none, "lesion_f1") == 1);
  CHECK(std::isnan(number(none, "lesion_sensitivity")));
  CHECK(std::isnan(number(none, "lesion_precision")));
  const Table invented = matched({row(0, 0, 10)}, {});
  CHECK(number(invented, "lesion_f1") == 0);
  CHECK(number(invented, "lesion_precision") == 0);
  CHECK(std::isnan(number(invented, "lesion_sensitivity")));
  const Table missed = matched({}, {row(0, 0, 10)});
  CHECK(number(missed, "lesion_f1") == 0);
  CHECK(number(missed, "lesion_sensitivity") == 0);
  const Table beside = matched({row(1, 0, 10)}, {row(0, 0, 10)});
  CHECK(number(beside, "lesion_f1") == 0);
}

}  // namespace
}  // namespace flowrun::testing
