#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "dense/block_worker.h"
#include "dense/packed_network.h"
#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::cnn {

/// Adds up shares of a firing's work from several threads and reports the sum to the context.
class Advance {
 public:
  explicit Advance(Context& context) : context_(context) {}
  void by(double share);

 private:
  Context& context_;
  std::atomic<double> done_{0};
};

/// The voxels of a list, by their positions in it: those where sharing pays, and those that are cheaper patch by patch; and what
/// each part costs, in multiply-adds of a patch.
struct Split {
  std::vector<std::int64_t> shared, alone;
  double shared_cost = 0, alone_cost = 0;
  double shared_share() const { return shared_cost > 0 ? shared_cost / (shared_cost + alone_cost) : 0; }
};

/// Workers that wait for a block; each is used by one thread at a time, and there are never more than work at the same time.
class Workers {
 public:
  explicit Workers(const dense::PackedNetwork& network) : network_(network) {}
  std::unique_ptr<dense::BlockWorker> take();
  void give_back(std::unique_ptr<dense::BlockWorker> worker);
  double operations() const;  ///< of all, when none is out

 private:
  const dense::PackedNetwork& network_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<dense::BlockWorker>> free_;
};

/// A network of the shareable family, ready to run.
class SharedNetworkRunner {
 public:
  /// `bytes` bounds the memory that the blocks at work take together; `threads` is how many there may be.
  SharedNetworkRunner(const dense::PatchNetwork& network, std::size_t bytes, int threads);

  /// Decides where sharing pays.
  Split split(Context& context, const dense::Image& image, const VoxelList& list) const;
  /// Every voxel is to be shared.
  Split all_shared(const VoxelList& list) const;

  const dense::PackedNetwork& network() const { return network_; }
  const std::array<int, 3>& block_size() const { return block_size_; }

  /// All classes' scores of the patches' centres, one patch after another; to compare with the network itself.
  std::vector<float> run_patches(const PatchBatch& patches) const;

 private:
  dense::PackedNetwork network_;
  std::array<int, 3> block_size_{};
};

/// Some voxels of a list, done block by block.
class SharedWork {
 public:
  SharedWork(const SharedNetworkRunner& runner, dense::Image image, const VoxelList& list, const std::vector<std::int64_t>& positions);

  std::int64_t blocks() const { return static_cast<std::int64_t>(blocks_.size()); }
  /// Does a block; several threads at a time. `share` is what all blocks are of the firing's work.
  void run_block(std::int64_t index, Context& context, Advance& advance, double share);
  /// All classes' scores of a position's voxel, in the order of the positions.
  const float* scores(std::size_t index) const { return scores_.data() + index * static_cast<std::size_t>(runner_.network().classes); }
  double operations() const { return workers_.operations(); }

 private:
  const SharedNetworkRunner& runner_;
  dense::Image image_;
  std::vector<std::int64_t> voxels_;
  std::vector<dense::Block> blocks_;
  std::vector<float> scores_;
  Workers workers_;
};

}  // namespace flowrun::cnn
