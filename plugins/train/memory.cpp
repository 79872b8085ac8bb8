#include "memory.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace flowrun::train {
namespace {

/// Measured with the method's network, see docs/training.md. What LibTorch and oneDNN hold at the worst moment for each value
/// that flows between the layers of a sample: the value for the way back, gradients, and copies in oneDNN's own layout.
constexpr double kCopiesOfEachValue = 1.5;
/// Of each weight: value, gradient, two means of Adam, best value, and copies for messages between them.
constexpr std::int64_t kCopiesOfEachWeight = 6;
constexpr std::int64_t kCopiesOfEachWeightByThread = 3;
/// Code of LibTorch and oneDNN that is first used now, and what the allocator keeps.
constexpr std::int64_t kLibraries = std::int64_t{60} << 20;
/// What lies free in a thread's own part of the heap and fits nothing; it grows over the first epochs.
constexpr std::int64_t kGapsByThread = std::int64_t{12} << 20;

std::int64_t values_between(const std::vector<network::Layer>& layers, const std::vector<network::Shape>& shapes) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].kind != network::LayerKind::flatten) sum += shapes[i].values();
  return sum;
}

}  // namespace

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0, resident = 0;
  file >> pages >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

std::int64_t peak_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmHWM:")) return 1024 * std::strtoll(line.c_str() + 6, nullptr, 10);
  return 0;
}

std::int64_t training_bytes(const network::Network& network, const network::Shapes& shapes, std::int64_t micro_batch,
                            int threads) {
  std::int64_t values = shapes.input.values(), weights = 0;
  for (std::size_t i = 0; i < network.branches.size(); ++i)
    values += values_between(network.branches[i].layers, shapes.branches[i]);
  values += values_between(network.trunk, shapes.trunk);
  for (const network::Parameter& parameter : network::parameters(network, shapes)) {
    std::int64_t count = 1;
    for (const std::int64_t axis : parameter.shape) count *= axis;
    weights += count;
  }
  const double activations = 4.0 * kCopiesOfEachValue * static_cast<double>(values) * static_cast<double>(micro_batch) * threads;
  return kLibraries + kGapsByThread * threads + static_cast<std::int64_t>(activations) +
         4 * weights * (kCopiesOfEachWeight + kCopiesOfEachWeightByThread * threads);
}

}  // namespace flowrun::train
