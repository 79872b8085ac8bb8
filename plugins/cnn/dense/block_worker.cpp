#include "block_worker.h"

#include <algorithm>
#include <cmath>

namespace flowrun::cnn::dense {
namespace {

// Shares of the work, for progress only.
constexpr double kFirstShare = 0.15;
constexpr double kSecondShare = 0.75;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

std::size_t place_in(const Box& box, int x, int y, int z) {
  return (at(x) * at(box.size[1]) + at(y)) * at(box.size[2]) + at(z);
}

void timed(const Watch& watch, std::string_view step, const std::function<void()>& work) {
  const Clock::time_point begin = Clock::now();
  work();
  watch.span(step, begin, Clock::now());
}

}  // namespace

// The block's voxels as bits; also notes the block and where each voxel's scores go.
VoxelBits BlockWorker::wanted_of(const Image& image, const std::int64_t* voxels, const Block& block) {
  box_ = block.box;
  position_of_.resize(at(box_.size[0]) * at(box_.size[1]) * at(box_.size[2]));
  VoxelBits wanted(box_.size[0], box_.size[1]);
  for (const std::int64_t position : block.positions) {
    const std::int64_t voxel = voxels[position];
    const auto x = static_cast<int>(voxel % image.size[0] - box_.first[0]);
    const auto y = static_cast<int>(voxel / image.size[0] % image.size[1] - box_.first[1]);
    const auto z = static_cast<int>(voxel / (image.size[0] * image.size[1]) - box_.first[2]);
    wanted.set(x, y, z);
    position_of_[place_in(box_, x, y, z)] = position;
  }
  return wanted;
}

std::uint64_t BlockWorker::planned_multiply_adds(const Image& image, const std::int64_t* voxels, const Block& block) {
  std::uint64_t total = 0;
  for (const CentreClass& some : classes_of(block.box, wanted_of(image, voxels, block), network_.plan)) {
    if (some.size[0] == 0) continue;
    second_.plan(some);
    total += FirstLayer::planned_multiply_adds(network_, some) + second_.planned_multiply_adds();
  }
  return total;
}

void BlockWorker::run(const Image& image, const std::int64_t* voxels, const Block& block, const Watch& watch, float* scores) {
  const std::vector<CentreClass> classes = classes_of(block.box, wanted_of(image, voxels, block), network_.plan);
  const CellMaps maps(network_.plan, classes, network_.width1, maps_);
  bool cancelled = false;
  timed(watch, "first convolution and pooling", [&] {
    first_.begin(image, box_, classes, maps);
    for (int x = 0; x < first_.planes() && !cancelled; ++x) {
      first_.run_plane(x);
      watch.advanced(kFirstShare / first_.planes());
      cancelled = watch.cancelled();
    }
  });
  for (std::size_t i = 0; i < classes.size() && !cancelled; ++i) {
    if (classes[i].size[0] > 0)
      cancelled = !run_class(classes[i], i, maps, 1.0 / static_cast<double>(block.positions.size()), watch, scores);
  }
  work_.first_layer = first_.multiply_adds();
  work_.second_layer = second_.multiply_adds();
}

bool BlockWorker::run_class(const CentreClass& some, std::size_t index, const CellMaps& maps, double share, const Watch& watch,
                            float* scores) {
  bool cancelled = false;
  timed(watch, "second convolution and pooling", [&] {
    second_.plan(some);
    second_.begin(index, maps);
    share *= static_cast<double>(second_.centres());
    const double step_share = kSecondShare * share / static_cast<double>(second_.steps() * at(network_.lanes2));
    for (int lane = 0; lane < network_.lanes2; ++lane) {
      for (std::size_t step = 0; step < second_.steps() && !cancelled; ++step) {
        second_.run_step(lane, step);
        watch.advanced(step_share);
        cancelled = watch.cancelled();
      }
    }
  });
  if (cancelled) return false;
  timed(watch, "fully connected layers", [&] {
    run_layers(second_.centres());
    hand_out(some, scores);
  });
  watch.advanced((1 - kFirstShare - kSecondShare) * share);
  return true;
}

void BlockWorker::run_layers(std::size_t centres) {
  const float* input = second_.features();
  int stride = network_.features;
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const PackedLayer& layer = network_.layers[i];
    float* const output = activations_[i % 2].of_size(centres * at(layer.columns));
    // Rows that stay in the cache while all panels pass them.
    constexpr std::size_t kRows = 60;
    for (std::size_t first = 0; first < centres; first += kRows) {
      kernels_.matrix_rows({.a = input + first * at(stride),
                            .a_stride = stride,
                            .rows = static_cast<int>(std::min(kRows, centres - first)),
                            .depth = layer.inputs,
                            .panels = layer.panels.data(),
                            .columns = layer.columns,
                            .bias = layer.bias.data(),
                            .slope = layer.slope,
                            .out = output + first * at(layer.columns),
                            .out_stride = layer.columns});
    }
    work_.layers += centres * at(layer.inputs) * at(layer.columns);
    input = output;
    stride = layer.columns;
  }
  outputs_ = input;
  output_stride_ = stride;
}

void BlockWorker::hand_out(const CentreClass& some, float* scores) const {
  const auto& axes = network_.plan.axes;
  const float* row = outputs_;
  for (int x = 0; x < some.size[0]; ++x) {
    for (int y = 0; y < some.size[1]; ++y) {
      for (Bits bits = some.wanted.row(x, y); bits; bits &= bits - 1, row += output_stride_) {
        const std::size_t place = place_in(box_, some.offset[0] + x * axes[0].cell_stride, some.offset[1] + y * axes[1].cell_stride,
                                           some.offset[2] + lowest(bits) * axes[2].cell_stride);
        float* const to = scores + position_of_[place] * network_.classes;
        std::copy_n(row, network_.classes, to);
        if (network_.softmax) softmax(to);
      }
    }
  }
}

void BlockWorker::softmax(float* row) const {
  float* const end = row + network_.classes;
  const float largest = *std::max_element(row, end);
  float sum = 0;
  for (float* value = row; value != end; ++value) sum += *value = std::exp(*value - largest);
  for (float* value = row; value != end; ++value) *value /= sum;
}

std::size_t BlockWorker::bytes() const {
  return (maps_.size() + activations_[0].size() + activations_[1].size() + first_.floats() + second_.floats()) * sizeof(float);
}

std::size_t BlockWorker::bytes_for(const PackedNetwork& network, const std::array<int, 3>& size) {
  VoxelBits all(size[0], size[1]);
  for (int x = 0; x < size[0]; ++x) {
    for (int y = 0; y < size[1]; ++y) {
      for (int z = 0; z < size[2]; ++z) all.set(x, y, z);
    }
  }
  const std::vector<CentreClass> classes = classes_of({{}, size}, all, network.plan);
  std::size_t floats = CellMaps::floats_for(network.plan, classes, network.width1);
  floats += FirstLayer::floats_for(network, size);
  const CentreClass& first = classes.front();
  floats += SecondLayer::floats_for(network, first.size);
  const std::size_t centres = at(first.size[0]) * at(first.size[1]) * at(first.size[2]);
  for (const PackedLayer& layer : network.layers) floats += centres * at(layer.columns);
  return floats * sizeof(float);
}

}  // namespace flowrun::cnn::dense
