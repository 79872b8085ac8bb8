#pragma once

#include <cstdint>
#include <random>

#include "pickle_writer.h"

namespace flowrun::testing {

inline PickleWriter::Array random_array(std::vector<std::int64_t> shape, float scale, unsigned seed) {
  std::int64_t count = 1;
  for (const std::int64_t axis : shape) count *= axis;
  std::minstd_rand random(seed);
  PickleWriter::Array array{std::move(shape), std::vector<float>(static_cast<std::size_t>(count))};
  for (float& value : array.values) value = scale * (static_cast<float>(random() % 2001) / 1000.0f - 1.0f);
  return array;
}

/// Weights of the published structure, the same each time, such that the probabilities are neither 0 nor 1.
inline PickleWriter::Layers made_up_weights(std::int64_t channels = 4) {
  return {{"in", {}},
          {"conv1_1", {random_array({32, channels, 5, 5, 5}, 0.08f, 1), random_array({32}, 0.1f, 2)}},
          {"avgpool_1", {}},
          {"conv2_1", {random_array({64, 32, 5, 5, 5}, 0.06f, 3), random_array({64}, 0.1f, 4)}},
          {"avgpool_2", {}},
          {"l2drop", {}},
          {"l1", {random_array({1728, 256}, 0.08f, 5), random_array({256}, 0.1f, 6)}},
          {"out", {random_array({256, 2}, 0.1f, 7), random_array({2}, 0.1f, 8)}}};
}

}  // namespace flowrun::testing
