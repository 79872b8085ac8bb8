#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "common/dense/block_worker.h"
#include "common/dense/packed_network.h"
#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::cnn {

/// Runs a network of the shareable family over voxels of images, block by block, on the threads that the engine has free.
class SharedRunner {
 public:
  /// `bytes` bounds the memory that the blocks at work take together; `threads` is how many there may be.
  SharedRunner(const dense::PatchNetwork& network, std::size_t bytes, int threads);

  /// All classes' scores of the voxels, which lie on the volumes' grid. When cancelled, some are missing.
  Scores run(Context& context, const std::vector<const Volume*>& volumes, const VoxelList& voxels) const;

  /// Scores of the patches' centres, one patch after another; for comparison with the network itself.
  std::vector<float> run_patches(const PatchBatch& patches) const;

  int classes() const { return network_.classes; }

 private:
  dense::PackedNetwork network_;
  int threads_;
  std::array<int, 3> block_size_{};
};

}  // namespace flowrun::cnn
