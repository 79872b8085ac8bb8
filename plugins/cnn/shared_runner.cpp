#include "shared_runner.h"

#include <algorithm>

#include "common/dense/divide.h"

namespace flowrun::cnn {
namespace {

/// Workers that wait for a block; each is used by one thread at a time, and there are never more than work at the same time.
class Workers {
 public:
  explicit Workers(const dense::PackedNetwork& network) : network_(network) {}

  std::unique_ptr<dense::BlockWorker> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<dense::BlockWorker>(network_, dense::kernels());
    auto worker = std::move(free_.back());
    free_.pop_back();
    return worker;
  }
  void give_back(std::unique_ptr<dense::BlockWorker> worker) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(worker));
  }
  double operations() const {
    double sum = 0;
    for (const auto& worker : free_) sum += 2.0 * static_cast<double>(worker->work().total());
    return sum;
  }

 private:
  const dense::PackedNetwork& network_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<dense::BlockWorker>> free_;
};

/// Adds up shares of the work from several threads.
class Advance {
 public:
  explicit Advance(Context& context) : context_(context) {}
  void by(double share) {
    double before = done_.load();
    while (!done_.compare_exchange_weak(before, before + share)) {
    }
    constexpr double kSteps = 1000;
    if (static_cast<int>(before * kSteps) != static_cast<int>((before + share) * kSteps))
      context_.progress(std::min(before + share, 1.0));
  }

 private:
  Context& context_;
  std::atomic<double> done_{0};
};

}  // namespace

SharedRunner::SharedRunner(const dense::PatchNetwork& network, std::size_t bytes, int threads)
    : network_(network), threads_(std::max(threads, 1)), block_size_(dense::block_size(network_, bytes, threads_)) {}

Scores SharedRunner::run(Context& context, const std::vector<const Volume*>& volumes, const VoxelList& list) const {
  Scores scores;
  scores.geometry = list.geometry;
  scores.voxels = list.voxels;
  scores.classes = network_.classes;
  scores.values.resize(list.voxels.size() * static_cast<std::size_t>(network_.classes));
  dense::Image image{list.geometry.size, {}};
  for (const Volume* volume : volumes) image.channels.push_back(volume->voxels.data());
  const std::vector<dense::Block> blocks = dense::divide(list.voxels, list.geometry.size, block_size_);
  Workers workers(network_);
  Advance advance(context);
  const auto run_block = [&](std::int64_t index) {
    const dense::Block& block = blocks[static_cast<std::size_t>(index)];
    const double share = static_cast<double>(block.positions.size()) / static_cast<double>(list.voxels.size());
    const dense::Watch watch{[&] { return context.cancelled(); }, [&](double part) { advance.by(part * share); },
                             [&](std::string_view step, auto begin, auto end) { context.span(step, begin, end); }};
    auto worker = workers.take();
    worker->run(image, list.voxels.data(), block, watch, scores.values.data());
    workers.give_back(std::move(worker));
  };
  context.parallel_for(static_cast<std::int64_t>(blocks.size()), run_block, threads_);
  context.report("GFLOP", workers.operations() * 1e-9);
  return scores;
}

std::vector<float> SharedRunner::run_patches(const PatchBatch& patches) const {
  const dense::Watch watch{[] { return false; }, [](double) {}, [](std::string_view, auto, auto) {}};
  dense::BlockWorker worker(network_, dense::kernels());
  std::vector<float> scores(static_cast<std::size_t>(patches.count() * network_.classes));
  const auto [x, y, z] = patches.size;
  const std::int64_t per_channel = x * y * z;
  for (std::int64_t i = 0; i < patches.count(); ++i) {
    dense::Image image{patches.size, {}};
    for (std::int64_t c = 0; c < patches.channels; ++c)
      image.channels.push_back(patches.values.data() + i * patches.values_per_patch() + c * per_channel);
    const std::int64_t centre = x / 2 + x * (y / 2 + y * (z / 2));
    for (const dense::Block& block : dense::divide({&centre, 1}, patches.size, block_size_))
      worker.run(image, &centre, block, watch, scores.data() + i * network_.classes);
  }
  return scores;
}

}  // namespace flowrun::cnn
