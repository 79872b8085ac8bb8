#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "cell_maps.h"
#include "first_layer.h"
#include "kernels.h"
#include "packed_network.h"
#include "second_layer.h"

namespace flowrun::cnn::dense {

using Clock = std::chrono::steady_clock;

/// What a long computation reports and asks.
struct Watch {
  std::function<bool()> cancelled;                                                  ///< looked at many times a second
  std::function<void(double)> advanced;                                             ///< by this share of a block's work
  std::function<void(std::string_view, Clock::time_point, Clock::time_point)> span; ///< what was done between two times
};

/// Voxels of one box, and where their scores go.
struct Block {
  Box box;                              ///< tight around the voxels
  std::vector<std::int64_t> positions;  ///< of the voxels in the request's list
};

/// Multiply-adds done, by layer, channels filled up to whole lanes included.
struct Work {
  std::uint64_t first_layer = 0;
  std::uint64_t second_layer = 0;
  std::uint64_t layers = 0;
  std::uint64_t total() const { return first_layer + second_layer + layers; }
};

/// Runs a network over blocks, one at a time; keeps its memory from one to the next. One thread at a time uses it.
class BlockWorker {
 public:
  BlockWorker(const PackedNetwork& network, const Kernels& kernels)
      : network_(network), kernels_(kernels), first_(network, kernels), second_(network, kernels) {}

  /// Scores of a block's voxels: voxels[p] is the linear index of the voxel (x fastest) at position p of the list, whose scores
  /// go to scores + p * classes. When cancelled it returns early.
  void run(const Image& image, const std::int64_t* voxels, const Block& block, const Watch& watch, float* scores);

  /// Multiply-adds that a block needs with shared arithmetic, about.
  std::uint64_t planned_multiply_adds(const Image& image, const std::int64_t* voxels, const Block& block);

  const Work& work() const { return work_; }
  std::size_t bytes() const;

  /// Memory that a full block of this size wants at most.
  static std::size_t bytes_for(const PackedNetwork& network, const std::array<int, 3>& size);

 private:
  VoxelBits wanted_of(const Image& image, const std::int64_t* voxels, const Block& block);
  bool run_class(const CentreClass& some, std::size_t index, const CellMaps& maps, double share, const Watch& watch, float* scores);
  void run_layers(std::size_t centres);
  void hand_out(const CentreClass& some, float* scores) const;
  void softmax(float* row) const;

  const PackedNetwork& network_;
  const Kernels& kernels_;
  FirstLayer first_;
  SecondLayer second_;
  Box box_;
  std::vector<std::int64_t> position_of_;  // of each voxel of the box, x, y, z with z fastest
  Buffer maps_;
  std::array<Buffer, 2> activations_;
  const float* outputs_ = nullptr;
  int output_stride_ = 0;
  Work work_;
};

}  // namespace flowrun::cnn::dense
