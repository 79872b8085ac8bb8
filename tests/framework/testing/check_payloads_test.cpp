#include "testing/check_payloads.h"

#include <doctest/doctest.h>

#include "flowrun/sdk/transform.h"

namespace {

using namespace flowrun;
using namespace flowrun::testing;

const std::vector<std::string_view> kTypes{Volume::kType, Mask::kType,   VoxelList::kType, PatchBatch::kType, Scores::kType,
                                           Table::kType,  Labels::kType, Number::kType,    Transform::kType};

Mask small_mask() {
  Mask mask;
  mask.geometry.size = {2, 1, 1};
  mask.voxels = {0, 1};
  return mask;
}

}  // namespace

TEST_CASE("check_payloads: artificial payloads, usual and odd, keep the rules that nodes are held to") {
  for (const std::string_view type : kTypes) {
    for (const int variant : {0, 1, 2}) {
      const PayloadPtr payload = ordinary_payload(type, variant);
      REQUIRE(payload);
      CHECK(payload->type() == type);
      CHECK(payload->bytes() > 0);
      CHECK_MESSAGE(payload_fault(*payload) == "", type);
    }
    REQUIRE(odd_payloads(type).size() >= 3);
    for (const OddPayload& odd : odd_payloads(type)) CHECK_MESSAGE(payload_fault(*odd.payload) == "", type, " with ", odd.what);
  }
  CHECK(ordinary_payload("acme.mesh/1", 0) == nullptr);
  CHECK(odd_payloads("acme.mesh/1").empty());
}

TEST_CASE("check_payloads: the hash of a payload is of what it holds, and the same each time") {
  for (const std::string_view type : kTypes)
    CHECK(payload_hash(*ordinary_payload(type, 0)) == payload_hash(*ordinary_payload(type, 0)));
  for (const std::string_view type :
       {Volume::kType, Mask::kType, Scores::kType, Table::kType, Labels::kType, Number::kType, Transform::kType})
    CHECK_MESSAGE(payload_hash(*ordinary_payload(type, 0)) != payload_hash(*ordinary_payload(type, 1)), type);
  Mask mask = small_mask();
  const std::uint64_t before = payload_hash(mask);
  mask.voxels[1] = 0;
  CHECK(payload_hash(mask) != before);
  mask = small_mask();
  mask.geometry.origin[2] = 0.5;
  CHECK(payload_hash(mask) != before);
}

TEST_CASE("check_payloads: a payload that breaks its rules is told which") {
  Mask mask = small_mask();
  mask.voxels.push_back(1);
  CHECK(payload_fault(mask) == "it has 3 voxels, and 2 by its sizes");
  VoxelList list;
  list.geometry.size = {2, 2, 1};
  list.voxels = {3, 1};
  CHECK(payload_fault(list) == "its voxels do not ascend");
  list.voxels = {4};
  CHECK(payload_fault(list) == "voxel 4 is not on its grid of 4 voxels");
  Table table;
  table.columns = {"a"};
  table.rows = {{}};
  CHECK(payload_fault(table) == "it has 0 cells in a row, and 1 by its sizes");
  Scores scores;
  scores.geometry.size = {2, 2, 1};
  scores.voxels = {0, 1}, scores.classes = 2, scores.values = {1, 2, 3};
  CHECK(payload_fault(scores) == "it has 3 values, and 4 by its sizes");
}
