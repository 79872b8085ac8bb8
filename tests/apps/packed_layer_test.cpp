#include "viewer/packed_layer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/sdk/error.h"
#include "viewer/coarser_grid.h"

using namespace flowrun;

namespace {

Volume volume_of(std::array<std::int64_t, 3> size, float (*value)(std::int64_t)) {
  Volume volume;
  volume.geometry.size = size;
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i) volume.voxels.push_back(value(i));
  return volume;
}

const LayerSource kInput{"flair", "flair.nii.gz", "", ""}, kOutput{"map", "map.nii.gz", "io.write_volume", ""};

}  // namespace

TEST_CASE("packed_layer: what the numbers are comes from the node that wrote them, else from the numbers") {
  const auto ramp = volume_of({20, 20, 20}, [](std::int64_t i) { return static_cast<float>(i); });
  const auto share = volume_of({4, 4, 4}, [](std::int64_t i) { return static_cast<float>(i) / 64; });
  const auto two = volume_of({4, 4, 4}, [](std::int64_t i) { return i % 3 == 0 ? 5.0F : 0.0F; });
  const auto few = volume_of({4, 4, 4}, [](std::int64_t i) { return static_cast<float>(i % 7); });
  CHECK(pack_layer(ramp, kInput, 1 << 20).kind == LayerKind::image);
  CHECK(pack_layer(ramp, {"l", "l", "io.write_labels", ""}, 1 << 20).kind == LayerKind::labels);
  CHECK(pack_layer(share, kInput, 1 << 20).kind == LayerKind::image);
  CHECK(pack_layer(share, kOutput, 1 << 20).kind == LayerKind::probability);
  CHECK(pack_layer(two, kInput, 1 << 20).kind == LayerKind::mask);
  CHECK(pack_layer(few, kInput, 1 << 20).kind == LayerKind::labels);
  CHECK(pack_layer(few, kInput, 1 << 20).labels == std::vector<std::int32_t>{1, 2, 3, 4, 5, 6});
  CHECK(pack_layer(ramp, {"l", "l", "io.write_labels", ""}, 1 << 20).wide);  // 7999 labels
  CHECK_FALSE(pack_layer(few, kInput, 1 << 20).wide);
}

TEST_CASE("packed_layer: NaN, constants and extreme values give a range that can be shown, and are named") {
  auto odd = volume_of({20, 20, 20}, [](std::int64_t i) { return 0.5F + static_cast<float>(i); });
  odd.voxels[3] = std::nanf("");
  odd.voxels[4] = std::numeric_limits<float>::infinity();
  odd.voxels[5] = 1e30F;
  const PackedLayer layer = pack_layer(odd, kInput, 1 << 20);
  CHECK(std::isfinite(layer.low));
  CHECK(layer.high < 11000);  // one extreme voxel does not make all others black
  REQUIRE(layer.notes.size() == 1);
  CHECK(layer.notes[0].find("NaN") != std::string::npos);
  const auto constant = volume_of({4, 4, 4}, [](std::int64_t) { return 7.5F; });
  const PackedLayer flat = pack_layer(constant, kInput, 1 << 20);
  CHECK(flat.high > flat.low);
  CHECK(flat.window[1] > flat.window[0]);
  CHECK_THROWS_AS(pack_layer(Volume{}, kInput, 1 << 20), Error);
}

TEST_CASE("packed_layer: what is too large is made coarser along the finest axis, keeps its place, and that is said") {
  auto image = volume_of({8, 8, 4}, [](std::int64_t i) { return static_cast<float>(i) + 0.25F; });
  image.geometry.spacing = {1, 1, 3};
  image.geometry.origin = {10, 20, 30};
  CHECK(factor_for(image.geometry, 256) == Factor{1, 1, 1});
  CHECK(factor_for(image.geometry, 128) == Factor{2, 1, 1});
  CHECK(factor_for(image.geometry, 64) == Factor{2, 2, 1});
  const PackedLayer layer = pack_layer(image, kInput, 64);
  CHECK(layer.size == std::array<std::int64_t, 3>{4, 4, 4});
  CHECK(layer.affine == std::array<double, 12>{2, 0, 0, 10.5, 0, 2, 0, 20.5, 0, 0, 3, 30});
  REQUIRE(layer.notes.size() == 1);
  CHECK(layer.notes[0] == "2 x 2 x 1 voxels are shown as one, so that the page stays small");
  auto mask = volume_of({8, 8, 4}, [](std::int64_t i) { return i == 9 ? 1.0F : 0.0F; });
  const std::vector<float> kept = coarser_voxels(mask.geometry, mask.voxels, {2, 2, 1}, [](const std::vector<float>& block) {
    return *std::max_element(block.begin(), block.end());
  });
  CHECK(kept.size() == 64);
  CHECK(kept[0] == 1);  // voxel (1, 1, 0)
}
