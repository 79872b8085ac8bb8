// cnn.dense_inference as it is beside the same node with strategy patch (which is what cnn.stage does), on lists from one
// voxel to every voxel of a box: how the cost grows with voxels and density.
//   bench_dense_inference MODEL [THREADS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "flowrun/testing/node_runner.h"

namespace {

using namespace flowrun;
using flowrun::testing::NodeRunner;

constexpr std::int64_t kSide = 96;
/// Patch by patch, more voxels than this take the same time each.
constexpr std::size_t kEnough = 600;

struct NamedList {
  std::string name;
  VoxelList voxels;
};

Volume made_up_volume(unsigned seed) {
  Volume volume;
  volume.geometry.size = {kSide, kSide, kSide};
  std::minstd_rand random(seed);
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i)
    volume.voxels.push_back(static_cast<float>(random() % 4001) / 1000.0f - 2.0f);
  return volume;
}

/// Voxels of a box in the middle, each taken with a probability.
VoxelList some_of_box(std::int64_t side, double share) {
  VoxelList list;
  list.geometry.size = {kSide, kSide, kSide};
  std::mt19937 random(1);
  std::uniform_real_distribution<> chance(0, 1);
  const std::int64_t low = (kSide - side) / 2, high = low + side;
  for (std::int64_t z = low; z < high; ++z) {
    for (std::int64_t y = low; y < high; ++y) {
      for (std::int64_t x = low; x < high; ++x)
        if (chance(random) < share) list.voxels.push_back(list.geometry.index_of(x, y, z));
    }
  }
  return list;
}

std::vector<NamedList> lists() {
  std::vector<NamedList> all{{"one voxel", some_of_box(1, 1)},
                             {"two neighbours", {}},
                             {"a cube of 3 x 3 x 3", some_of_box(3, 1)},
                             {"a cube of 8 x 8 x 8", some_of_box(8, 1)},
                             {"a cube of 56 x 56 x 56", some_of_box(56, 1)}};
  all[1].voxels = all[0].voxels;
  all[1].voxels.voxels.push_back(all[1].voxels.voxels[0] + 1);
  for (const double percent : {0.01, 0.1, 1.0, 3.0, 10.0, 30.0}) {
    char name[64];
    std::snprintf(name, sizeof name, "%g %% of a cube of 82, at random", percent);
    all.push_back({name, some_of_box(82, percent / 100)});
  }
  return all;
}

double seconds(NodeRunner& runner) {
  const auto begin = std::chrono::steady_clock::now();
  runner.run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Microseconds for a voxel: the median of five runs, or of one that takes long.
double microseconds(NodeRunner& runner, std::size_t voxels) {
  std::vector<double> times{seconds(runner)};
  while (times.size() < 5 && times[0] < 3) times.push_back(seconds(runner));
  std::sort(times.begin(), times.end());
  return times[times.size() / 2] / static_cast<double>(voxels) * 1e6;
}

NodeRunner runner_for(const std::string& model, const std::string& strategy, int threads, const std::vector<PayloadPtr>& volumes,
                      const VoxelList& list) {
  NodeRunner runner("cnn.dense_inference", {{"model", model}, {"strategy", strategy}}, "cpu");
  runner.threads(threads);
  for (const PayloadPtr& volume : volumes) runner.input("volumes", volume);
  runner.input("voxels", list);
  runner.open();
  return runner;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return std::puts("usage: bench_dense_inference MODEL [THREADS]"), 2;
  const int threads = count > 2 ? std::atoi(words[2]) : 2;
  std::vector<PayloadPtr> volumes;
  for (unsigned channel = 1; channel <= 4; ++channel) volumes.push_back(std::make_shared<const Volume>(made_up_volume(channel)));
  std::printf("%-32s %8s %12s %12s %7s\n", "list", "voxels", "patch us", "auto us", "ratio");
  for (NamedList& list : lists()) {
    NodeRunner dense = runner_for(words[1], "auto", threads, volumes, list.voxels);
    const double shared = microseconds(dense, list.voxels.voxels.size());
    VoxelList few = list.voxels;
    few.voxels.resize(std::min(few.voxels.size(), kEnough));
    NodeRunner patch = runner_for(words[1], "patch", threads, volumes, few);
    const double single = microseconds(patch, few.voxels.size());
    std::printf("%-32s %8zu %12.1f %12.1f %7.2f\n", list.name.c_str(), list.voxels.voxels.size(), single, shared,
                single / shared);
    std::fflush(stdout);
  }
}
