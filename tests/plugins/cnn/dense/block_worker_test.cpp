#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "cnn/dense/block_worker.h"
#include "cnn/dense/divide.h"
#include "cnn/dense/sparsity.h"
#include "made_up_network.h"

namespace flowrun::testing {
namespace {

using Voxels = std::vector<std::int64_t>;

const dense::Watch kUnwatched{[] { return false; }, [](double) {}, [](std::string_view, auto, auto) {}};

std::vector<float> scores_of(const dense::PackedNetwork& network, const dense::Kernels& kernels, const dense::Image& image,
                             const Voxels& voxels, std::array<int, 3> block) {
  std::vector<float> scores(voxels.size() * static_cast<std::size_t>(network.classes), -1.0f);
  dense::BlockWorker worker(network, kernels);
  for (const dense::Block& some : dense::divide(voxels, image.size, block))
    worker.run(image, voxels.data(), some, kUnwatched, scores.data());
  return scores;
}

struct NamedList {
  const char* name;
  Voxels voxels;
};

std::vector<NamedList> lists(const MadeUpImage& image) {
  const auto size = image.image().size;
  Voxels every, box, scattered;
  std::mt19937 random(5);
  for (std::int64_t v = 0; v < image.voxel_count(); ++v) {
    const std::int64_t x = v % size[0], y = v / size[0] % size[1], z = v / (size[0] * size[1]);
    if (z < 2) every.push_back(v);
    if (x >= 5 && x < 16 && y >= 4 && y < 14 && z >= 3 && z < 15) box.push_back(v);
    if (random() % 100 == 0) scattered.push_back(v);
  }
  return {{"one voxel", {image.voxel(9, 8, 10)}},
          {"corners", {0, image.voxel(size[0] - 1, 0, 0), image.voxel_count() - 1}},
          {"every voxel of two planes at the border", every},
          {"a box", box},
          {"scattered", scattered}};
}

/// Some positions of a list, and what the network gives there patch by patch.
std::vector<std::pair<std::size_t, std::vector<double>>> looks_at(const dense::PatchNetwork& network, const dense::Image& image,
                                                                  const Voxels& voxels, std::size_t looks) {
  std::vector<std::pair<std::size_t, std::vector<double>>> found;
  for (std::size_t i = 0; i < voxels.size(); i += std::max<std::size_t>(1, voxels.size() / looks))
    found.emplace_back(i, patch_by_patch(network, image, voxels[i]));
  return found;
}

void check_network(const NetworkSizes& sizes, std::size_t looks) {
  CAPTURE(sizes.name);
  const dense::PatchNetwork network = made_up_network(sizes);
  const dense::PackedNetwork packed(network);
  const MadeUpImage image({22, 19, 21}, sizes.inputs);
  for (const auto& [name, voxels] : lists(image)) {
    CAPTURE(name);
    const auto wanted = looks_at(network, image.image(), voxels, looks);
    for (const dense::Kernels* kernels : dense::available_kernels()) {
      CAPTURE(kernels->name);
      const std::vector<float> scores = scores_of(packed, *kernels, image.image(), voxels, {32, 32, 32});
      for (const auto& [position, classes] : wanted) {
        for (std::size_t c = 0; c < classes.size(); ++c)
          CHECK(std::abs(classes[c] - static_cast<double>(scores[position * classes.size() + c])) < 2e-6);
      }
    }
  }
}

TEST_CASE("scores are those of the network run patch by patch: the method's network") {
  check_network(method_sizes(false), 2);
  check_network(method_sizes(true), 2);
}

TEST_CASE("scores are those of the network run patch by patch: other sizes, paddings, strides and widths") {
  for (const NetworkSizes& sizes : odd_sizes()) check_network(sizes, 12);
}

TEST_CASE("a voxel's score does not depend on the blocks nor on what else is wanted, bit by bit") {
  for (const bool maximum : {false, true}) {
    const dense::PackedNetwork packed(made_up_network(method_sizes(maximum)));
    const MadeUpImage image({22, 19, 21}, 4);
    const std::vector<NamedList> all = lists(image);
    const Voxels& box = all[3].voxels;
    for (const dense::Kernels* kernels : dense::available_kernels()) {
      const std::vector<float> whole = scores_of(packed, *kernels, image.image(), box, {32, 32, 32});
      CHECK(whole == scores_of(packed, *kernels, image.image(), box, {5, 8, 3}));
      Voxels some;
      std::vector<float> wanted;
      for (std::size_t i = 0; i < box.size(); i += 37) {
        some.push_back(box[i]);
        wanted.insert(wanted.end(), {whole[2 * i], whole[2 * i + 1]});
      }
      CHECK(wanted == scores_of(packed, *kernels, image.image(), some, {32, 32, 32}));
    }
  }
}

TEST_CASE("a NaN in a patch makes its score NaN and no other") {
  for (const bool maximum : {false, true}) {
    const dense::PackedNetwork packed(made_up_network(method_sizes(maximum)));
    const MadeUpImage good({40, 20, 20}, 4);
    std::vector<float> channel(good.image().channels[1], good.image().channels[1] + good.voxel_count());
    channel[static_cast<std::size_t>(good.voxel(8, 9, 10))] = NAN;
    dense::Image image = good.image();
    image.channels[1] = channel.data();
    const Voxels voxels{good.voxel(8, 8, 8), good.voxel(12, 9, 10), good.voxel(30, 9, 10)};
    const std::vector<float> scores = scores_of(packed, dense::kernels(), image, voxels, {32, 32, 32});
    CHECK(std::isnan(scores[0]));
    CHECK(std::isnan(scores[2]));
    CHECK_FALSE(std::isnan(scores[4]));
  }
}

TEST_CASE("progress of a block adds up to one, steps are timed, and cancelling ends it early") {
  const dense::PackedNetwork packed(made_up_network(method_sizes(false)));
  const MadeUpImage image({22, 19, 21}, 4);
  const Voxels voxels = lists(image)[3].voxels;
  const std::vector<dense::Block> blocks = dense::divide(voxels, image.image().size, {32, 32, 32});
  REQUIRE(blocks.size() == 1);
  std::vector<float> scores(voxels.size() * 2);
  double done = 0;
  int steps = 0;
  dense::BlockWorker worker(packed, dense::kernels());
  worker.run(image.image(), voxels.data(), blocks[0],
             {[] { return false; }, [&](double share) { done += share; }, [&](std::string_view, auto, auto) { ++steps; }}, scores.data());
  CHECK(done == doctest::Approx(1.0));
  CHECK(steps == 1 + 8 * 2);
  CHECK(worker.work().total() > 0);
  int looks = 0;
  worker.run(image.image(), voxels.data(), blocks[0],
             {[&] { return ++looks == 3; }, [](double) {}, [](std::string_view, auto, auto) {}}, scores.data());
  CHECK(looks == 3);
}

TEST_CASE("a worker takes no more memory than is said beforehand") {
  for (const NetworkSizes& sizes : {method_sizes(false), odd_sizes()[0], odd_sizes()[3]}) {
    CAPTURE(sizes.name);
    const dense::PackedNetwork packed(made_up_network(sizes));
    const MadeUpImage image({20, 20, 20}, sizes.inputs);
    Voxels every;
    for (std::int64_t v = 0; v < image.voxel_count(); ++v) every.push_back(v);
    const std::vector<dense::Block> blocks = dense::divide(every, image.image().size, {20, 20, 20});
    REQUIRE(blocks.size() == 1);
    std::vector<float> scores(every.size() * static_cast<std::size_t>(packed.classes));
    dense::BlockWorker worker(packed, dense::kernels());
    worker.run(image.image(), every.data(), blocks[0], kUnwatched, scores.data());
    const std::size_t said = dense::BlockWorker::bytes_for(packed, {20, 20, 20});
    CHECK(worker.bytes() <= said);
    CHECK(worker.bytes() > said / 2);
  }
}

TEST_CASE("blocks hold every voxel once, lie tight around them and shrink with the memory") {
  const MadeUpImage image({50, 40, 30}, 1);
  for (const auto& [name, voxels] : lists(image)) {
    CAPTURE(name);
    std::vector<bool> found(voxels.size());
    for (const dense::Block& block : dense::divide(voxels, image.image().size, {12, 9, 7})) {
      for (std::size_t axis = 0; axis < 3; ++axis) CHECK(block.box.size[axis] <= (std::array{12, 9, 7})[axis]);
      for (const std::int64_t position : block.positions) {
        CHECK_FALSE(found[static_cast<std::size_t>(position)]);
        found[static_cast<std::size_t>(position)] = true;
      }
    }
    CHECK(std::all_of(found.begin(), found.end(), [](bool f) { return f; }));
  }
  const dense::PackedNetwork packed(made_up_network(method_sizes(false)));
  const std::array<int, 3> large = dense::block_size(packed, std::size_t{2} << 30, 2);
  const std::array<int, 3> small = dense::block_size(packed, std::size_t{128} << 20, 2);
  CHECK(large[0] > small[0]);
  CHECK(2 * dense::BlockWorker::bytes_for(packed, small) <= std::size_t{128} << 20);
  CHECK(dense::divide({}, {4, 4, 4}, {8, 8, 8}).empty());
}

TEST_CASE("the operations that are planned are those that are done, positions of overlapping cells counted again") {
  const dense::PackedNetwork packed(made_up_network(method_sizes(false)));
  const MadeUpImage image({22, 19, 21}, 4);
  for (const auto& [name, voxels] : lists(image)) {
    CAPTURE(name);
    std::vector<float> scores(voxels.size() * 2);
    for (const dense::Block& block : dense::divide(voxels, image.image().size, {32, 32, 32})) {
      dense::BlockWorker worker(packed, dense::kernels());
      const std::uint64_t planned = worker.planned_multiply_adds(image.image(), voxels.data(), block);
      worker.run(image.image(), voxels.data(), block, kUnwatched, scores.data());
      const std::uint64_t done = worker.work().first_layer + worker.work().second_layer;
      CHECK(planned >= done);
      if (voxels.size() == 1) CHECK(planned == done);
      CHECK(worker.work().layers == voxels.size() * (1728 * 256 + 256 * 64));  // the last layer's columns fill a panel
    }
  }
}

TEST_CASE("sharing pays where voxels lie close together, and not for voxels by themselves") {
  const dense::PackedNetwork packed(made_up_network(method_sizes(false)));
  CHECK(packed.patch_multiply_adds == 15 * 15 * 15 * 125 * 4 * 32 + 7 * 7 * 7 * 125 * 32 * 64 + 1728 * 256 + 256 * 2);
  const MadeUpImage image({120, 60, 60}, 4);
  const auto pays = [&](const Voxels& voxels) {
    std::vector<bool> answers;
    dense::BlockWorker worker(packed, dense::kernels());
    for (const dense::Block& block : dense::judged_blocks(packed, voxels, image.image().size))
      answers.push_back(
          dense::sharing_pays(packed, worker.planned_multiply_adds(image.image(), voxels.data(), block), block.positions.size()));
    return answers;
  };
  CHECK(pays({image.voxel(20, 20, 20)}) == std::vector<bool>{false});
  CHECK(pays({image.voxel(20, 20, 20), image.voxel(40, 30, 30)}) == std::vector<bool>{false});
  Voxels cube;
  for (std::int64_t z = 20; z < 24; ++z) {
    for (std::int64_t y = 20; y < 24; ++y) {
      for (std::int64_t x = 20; x < 24; ++x) cube.push_back(image.voxel(x, y, z));
    }
  }
  CHECK(pays(cube) == std::vector<bool>{true});
  cube.push_back(image.voxel(110, 50, 50));
  CHECK(pays(cube) == std::vector<bool>{true, false});
}

}  // namespace
}  // namespace flowrun::testing
