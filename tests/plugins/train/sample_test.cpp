#include <doctest/doctest.h>

#include <algorithm>

#include "toy_cases.h"

namespace flowrun::testing {
namespace {

using train::Samples;

const Samples& samples_in(const PayloadPtr& payload) { return static_cast<const Samples&>(*payload); }

std::vector<std::int64_t> with_label(const Samples& samples, int label) {
  std::vector<std::int64_t> voxels;
  for (std::size_t i = 0; i < samples.voxels.size(); ++i)
    if (samples.labels[i] == label) voxels.push_back(samples.voxels[i]);
  return voxels;
}

TEST_CASE("train.sample: every lesion voxel, and as many others drawn by the seed and the case") {
  const ToyCase one(1);
  const PayloadPtr first = sampled(one, "a");
  const auto positives = with_label(samples_in(first), 1), negatives = with_label(samples_in(first), 0);
  CHECK(static_cast<std::int64_t>(positives.size()) == std::count(one.lesions.voxels.begin(), one.lesions.voxels.end(), 1));
  CHECK(negatives.size() == positives.size());
  for (const std::int64_t voxel : positives) CHECK(one.lesions.voxels[static_cast<std::size_t>(voxel)] == 1);
  for (const std::int64_t voxel : negatives) CHECK(one.lesions.voxels[static_cast<std::size_t>(voxel)] == 0);
  CHECK(std::is_sorted(samples_in(first).voxels.begin(), samples_in(first).voxels.end()));
  CHECK(samples_in(sampled(one, "a")).voxels == samples_in(first).voxels);
  CHECK(with_label(samples_in(sampled(one, "b")), 0) != negatives);
  CHECK(with_label(samples_in(sampled(one, "a", {{"seed", std::int64_t{2}}})), 0) != negatives);
  const Samples fewer = samples_in(sampled(one, "a", {{"most_positives", std::int64_t{10}}, {"negatives", 3.0}}));
  CHECK(fewer.positives == 10);
  CHECK(fewer.count() == 40);
}

/// A lesion of 10 x 10 x 6 voxels and ten of one voxel.
Mask large_and_small() {
  Mask mask;
  mask.geometry = small_grid(24, 12, 8);
  mask.voxels.assign(static_cast<std::size_t>(mask.geometry.voxel_count()), 0);
  const auto set = [&](int x, int y, int z) { mask.voxels[static_cast<std::size_t>(x + 24 * (y + 12 * z))] = 1; };
  for (int z = 0; z < 6; ++z)
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 10; ++x) set(x, y, z);
  for (int i = 0; i < 10; ++i) set(14 + 2 * (i % 5), 2 * (i / 5), 1);
  return mask;
}

TEST_CASE("train.sample: lesion_balance gives small lesions their share") {
  ToyCase one(6, small_grid(24, 12, 8));
  one.lesions = large_and_small();
  const auto small_ones = [&](double balance) {
    const auto positives =
        with_label(samples_in(sampled(one, "a", {{"most_positives", std::int64_t{20}}, {"lesion_balance", balance}})), 1);
    REQUIRE(positives.size() == 20);
    CHECK(std::adjacent_find(positives.begin(), positives.end()) == positives.end());
    return std::count_if(positives.begin(), positives.end(), [](std::int64_t voxel) { return voxel % 24 >= 12; });
  };
  CHECK(small_ones(0) <= 3);  // 20 of 610 voxels: a third of one is expected
  CHECK(small_ones(1) >= 8);  // each has the weight of the large one as a whole, and nothing else is left to draw from it
  const auto between = small_ones(0.5);
  CHECK(between > small_ones(0));
  CHECK(between < 10);
  const Samples all = samples_in(sampled(one, "a", {{"most_positives", std::int64_t{5000}}, {"lesion_balance", 1.0}}));
  CHECK(all.positives == 610);
}

TEST_CASE("train.sample: with a map, only its mistakes are drawn") {
  const ToyCase one(2);
  Volume map = volume_of(std::vector<float>(one.lesions.voxels.size(), 0.2f), one.lesions.geometry);
  for (std::size_t i = 0; i < map.voxels.size(); i += 3) map.voxels[i] = i % 2 ? 0.9f : 0.5f;
  NodeRunner runner = sampler(one, "a");
  runner.input("probability", map);
  runner.run();
  const Samples& samples = runner.output<Samples>("samples");
  for (const std::int64_t voxel : with_label(samples, 0)) CHECK(map.voxels[static_cast<std::size_t>(voxel)] == 0.9f);
}

TEST_CASE("train.sample: says what was short, and what a case without lesions adds") {
  ToyCase one(3);
  one.everywhere.resize(20);
  NodeRunner few = sampler(one, "a");
  few.run();
  REQUIRE(few.warnings().size() == 1);
  CHECK(contains(few.warnings()[0], "candidates that are not lesion for"));
  CHECK(few.reports().at("negatives_short") > 0);
  CHECK(few.reports().at("negatives") < few.reports().at("positives"));
  one.lesions.voxels.assign(one.lesions.voxels.size(), 0);
  NodeRunner none = sampler(one, "a");
  none.run();
  CHECK(none.output<Samples>("samples").count() == 0);
  REQUIRE(none.warnings().size() == 1);
  CHECK(none.warnings()[0] == "'mask.nii' has no lesion voxel, so this case adds nothing to the training");
}

TEST_CASE("train.sample: a lesion mask on another grid is an error that names both") {
  ToyCase one(4);
  one.lesions = random_mask(small_grid(12, 10, 7), 0.1, 1);
  one.lesions.source = "lesions.nii";
  CHECK(contains(sampler(one, "a").error_of_run(),
                 "'random.nii' and 'lesions.nii' are not on one grid: size 12 x 10 x 8 and 12 x 10 x 7"));
}

TEST_CASE("train.sample: keeps patches or a box of the images, whichever is smaller") {
  const ToyCase one(5);
  const Samples box = samples_in(sampled(one, "a"));
  CHECK(box.is_box);
  CHECK(box.bytes() < static_cast<std::size_t>(box.count() * box.values_per_sample()) * sizeof(float));
  const Samples few = samples_in(sampled(one, "a", {{"most_positives", std::int64_t{2}}}));
  CHECK_FALSE(few.is_box);
  CHECK(few.values.size() == static_cast<std::size_t>(few.count() * few.values_per_sample()));
  // the middle of a patch is its voxel, in both channels; x runs fastest
  const std::int64_t each = few.values_per_sample() / 2, middle = 2 + 5 * (2 + 5 * 2);
  for (std::int64_t i = 0; i < few.count(); ++i) {
    const auto voxel = static_cast<std::size_t>(few.voxels[static_cast<std::size_t>(i)]);
    CHECK(few.values[static_cast<std::size_t>(i * 2 * each + middle)] == one.bright.voxels[voxel]);
    CHECK(few.values[static_cast<std::size_t>(i * 2 * each + each + middle)] == one.other.voxels[voxel]);
  }
}

Labels thirds_of(const Geometry& geometry) {
  Labels labels;
  labels.geometry = geometry;
  for (std::int64_t i = 0; i < geometry.voxel_count(); ++i) labels.voxels.push_back(static_cast<std::int32_t>(i % 4));
  labels.names = {{3, "white matter"}};
  return labels;
}

TEST_CASE("train.sample_labels: draws as many of each class as asked for, and numbers the classes from the first") {
  const ToyCase one(1);
  const auto runner_of = [&](NodeRunner::Values params, const Labels& labels) {
    params.emplace_back("size", std::vector<std::int64_t>{3, 3, 1});
    params.emplace_back("classes", std::int64_t{3});
    params.emplace_back("first", std::int64_t{1});
    NodeRunner runner("train.sample_labels", params);
    runner.case_name("a").input("volumes", one.bright).input("labels", labels);
    return runner;
  };
  const Labels thirds = thirds_of(one.bright.geometry);
  NodeRunner runner = runner_of({{"voxels", std::vector<std::int64_t>{5, 9, 7}}}, thirds);
  runner.run();
  const auto samples = std::static_pointer_cast<const train::Samples>(runner.output_ptr("samples"));
  std::array<int, 3> counts{};
  for (std::size_t i = 0; i < samples->labels.size(); ++i) {
    CHECK(samples->voxels[i] % 4 == samples->labels[i] + 1);
    ++counts[samples->labels[i]];
  }
  CHECK(counts == std::array<int, 3>{5, 9, 7});
  CHECK(samples->positives == 16);
  CHECK(runner.reports().at("class_2_voxels") == 240);
  CHECK(std::is_sorted(samples->voxels.begin(), samples->voxels.end()));
  CHECK(runner.warnings().empty());

  Labels others = thirds;
  others.voxels[1] = 9, others.voxels[2] = -1, others.voxels[3] = 9;
  NodeRunner odd = runner_of({{"voxels", std::vector<std::int64_t>{5, 9, 7}}}, others);
  odd.run();
  REQUIRE(odd.warnings().size() == 1);
  CHECK(odd.warnings().front() ==
        "labels that are no class, since the classes are 1 to 3, are left out: -1 (1 voxel), 9 (2 voxels)");

  NodeRunner many = runner_of({{"voxels", std::vector<std::int64_t>{5, 5, 100000}}}, thirds);
  many.run();
  REQUIRE(many.warnings().size() == 1);
  CHECK(contains(many.warnings().front(), "'white matter' has 240 of 100000"));
  CHECK(contains(runner_of({{"voxels", std::vector<std::int64_t>{5, 5}}}, thirds).error_of_run(),
                 "parameter 'voxels' has 2 numbers for 3 classes"));
}

TEST_CASE("train.sample_labels: draws a share of the voxels of each class") {
  const ToyCase one(1);
  const Labels quarters = thirds_of(one.bright.geometry);  // 240 voxels of each label from 0 to 3
  const auto counts_of = [&](const std::vector<double>& shares) {
    NodeRunner runner("train.sample_labels",
                      {{"size", std::vector<std::int64_t>{3, 3, 1}}, {"classes", std::int64_t{4}}, {"shares", shares}});
    runner.case_name("a").input("volumes", one.bright).input("labels", quarters).run();
    CHECK(runner.warnings().empty());
    std::vector<int> counts(4);
    for (const std::uint8_t label : std::static_pointer_cast<const train::Samples>(runner.output_ptr("samples"))->labels)
      ++counts[label];
    return counts;
  };
  CHECK(counts_of({0.1, 1, 0.5, 0}) == std::vector<int>{24, 240, 120, 0});
  CHECK(counts_of({0.25}) == std::vector<int>{60, 60, 60, 60});
  NodeRunner wrong("train.sample_labels", {{"classes", std::int64_t{4}}, {"shares", std::vector<double>{0.5, 0.5}}});
  wrong.input("volumes", one.bright).input("labels", quarters);
  CHECK(contains(wrong.error_of_run(), "parameter 'shares' has 2 numbers for 4 classes"));
}

}  // namespace
}  // namespace flowrun::testing
