#include "shared_runner.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "dense/divide.h"
#include "dense/sparsity.h"

namespace flowrun::cnn {

void Advance::by(double share) {
  constexpr double kSteps = 1000;  // more could not be seen
  double before = done_.load();
  while (!done_.compare_exchange_weak(before, before + share)) {
  }
  if (static_cast<int>(before * kSteps) != static_cast<int>((before + share) * kSteps))
    context_.progress(std::min(before + share, 1.0));
}

std::unique_ptr<dense::BlockWorker> Workers::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::make_unique<dense::BlockWorker>(network_, dense::kernels());
  auto worker = std::move(free_.back());
  free_.pop_back();
  return worker;
}

void Workers::give_back(std::unique_ptr<dense::BlockWorker> worker) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(worker));
}

double Workers::operations() const {
  double sum = 0;
  for (const auto& worker : free_) sum += 2.0 * static_cast<double>(worker->work().total());
  return sum;
}

SharedNetworkRunner::SharedNetworkRunner(const dense::PatchNetwork& network, std::size_t bytes, int threads)
    : network_(network), block_size_(dense::block_size(network_, bytes, std::max(threads, 1))) {}

Split SharedNetworkRunner::split(Context& context, const dense::Image& image, const VoxelList& list) const {
  const std::vector<dense::Block> blocks = dense::judged_blocks(network_, list.voxels, list.geometry.size);
  std::vector<std::uint64_t> planned(blocks.size());
  Workers workers(network_);
  const auto plan_block = [&](std::int64_t i) {
    auto worker = workers.take();
    const auto index = static_cast<std::size_t>(i);
    planned[index] = worker->planned_multiply_adds(image, list.voxels.data(), blocks[index]);
    workers.give_back(std::move(worker));
  };
  if (blocks.size() == 1) plan_block(0);
  else context.parallel_for(static_cast<std::int64_t>(blocks.size()), plan_block);
  Split split;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::vector<std::int64_t>& positions = blocks[i].positions;
    const bool pays = dense::sharing_pays(network_, planned[i], positions.size());
    std::vector<std::int64_t>& part = pays ? split.shared : split.alone;
    part.insert(part.end(), positions.begin(), positions.end());
    if (pays) split.shared_cost += dense::kCostOfOne * static_cast<double>(planned[i]);
    else split.alone_cost += static_cast<double>(network_.patch_multiply_adds) * static_cast<double>(positions.size());
  }
  std::sort(split.shared.begin(), split.shared.end());
  std::sort(split.alone.begin(), split.alone.end());
  return split;
}

Split SharedNetworkRunner::all_shared(const VoxelList& list) const {
  Split split;
  split.shared.resize(list.voxels.size());
  std::iota(split.shared.begin(), split.shared.end(), 0);
  split.shared_cost = 1;
  return split;
}

std::vector<float> SharedNetworkRunner::run_patches(const PatchBatch& patches) const {
  const dense::Watch watch{[] { return false; }, [](double) {}, [](std::string_view, auto, auto) {}};
  dense::BlockWorker worker(network_, dense::kernels());
  std::vector<float> scores(static_cast<std::size_t>(patches.count() * network_.classes));
  const auto [x, y, z] = patches.size;
  for (std::int64_t i = 0; i < patches.count(); ++i) {
    dense::Image image{patches.size, {}};
    for (std::int64_t c = 0; c < patches.channels; ++c)
      image.channels.push_back(patches.values.data() + (i * patches.channels + c) * x * y * z);
    const std::int64_t centre = x / 2 + x * (y / 2 + y * (z / 2));
    for (const dense::Block& block : dense::divide({&centre, 1}, patches.size, block_size_))
      worker.run(image, &centre, block, watch, scores.data() + i * network_.classes);
  }
  return scores;
}

SharedWork::SharedWork(const SharedNetworkRunner& runner, dense::Image image, const VoxelList& list,
                       const std::vector<std::int64_t>& positions)
    : runner_(runner), image_(std::move(image)), workers_(runner.network()) {
  for (const std::int64_t position : positions) voxels_.push_back(list.voxels[static_cast<std::size_t>(position)]);
  blocks_ = dense::divide(voxels_, list.geometry.size, runner.block_size());
  scores_.resize(voxels_.size() * static_cast<std::size_t>(runner.network().classes));
}

void SharedWork::run_block(std::int64_t index, Context& context, Advance& advance, double share) {
  const dense::Block& block = blocks_[static_cast<std::size_t>(index)];
  share *= static_cast<double>(block.positions.size()) / static_cast<double>(voxels_.size());
  const dense::Watch watch{[&] { return context.cancelled(); }, [&](double part) { advance.by(part * share); },
                           [&](std::string_view step, auto begin, auto end) { context.span(step, begin, end); }};
  auto worker = workers_.take();
  worker->run(image_, voxels_.data(), block, watch, scores_.data());
  workers_.give_back(std::move(worker));
}

}  // namespace flowrun::cnn
