// Random numbers that depend on what they are for and on nothing else, and so not on whether a training was interrupted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "common/random/random.h"

namespace flowrun::train {

using random::bits_at;

/// What numbers are drawn for.
enum class Purpose : std::uint64_t {
  negatives = 1,
  positives = 2,
  split = 3,
  order = 4,
  dropout = 5,
  augment = 6,
  weights = 7,
  crop = 8
};

/// An independent stream for a purpose and a number, such as the epoch.
constexpr std::uint64_t stream(std::uint64_t seed, Purpose purpose, std::uint64_t number = 0) {
  return random::stream(seed, static_cast<std::uint64_t>(purpose), number);
}

/// In [0, 1), in steps of 2^-24.
constexpr float uniform_at(std::uint64_t of_stream, std::uint64_t place) {
  return random::uniform_float(bits_at(of_stream, place));
}

/// 0 .. count - 1 in random order: sorted by the stream's bits.
inline std::vector<std::int64_t> random_order(std::uint64_t of_stream, std::int64_t count) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> keys(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    keys[static_cast<std::size_t>(i)] = {bits_at(of_stream, static_cast<std::uint64_t>(i)), i};
  std::sort(keys.begin(), keys.end());
  std::vector<std::int64_t> order;
  order.reserve(keys.size());
  for (const auto& [key, index] : keys) order.push_back(index);
  return order;
}

/// A hash of bytes (FNV-1a, 64 bits), to continue from an earlier one.
constexpr std::uint64_t hash_of(std::string_view bytes, std::uint64_t before = 0xcbf29ce484222325ULL) {
  for (const char byte : bytes) before = (before ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return before;
}

/// A hash of values, which continues an earlier one. Word by word: FNV's bytes would take seconds for a few hundred megabytes.
template <class T>
std::uint64_t hash_of_values(const std::vector<T>& values, std::uint64_t before) {
  const auto* bytes = reinterpret_cast<const char*>(values.data());
  const std::size_t size = values.size() * sizeof(T), words = size / 8;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    std::copy_n(bytes + 8 * i, 8, reinterpret_cast<char*>(&word));
    before = (before ^ word) * 0x9e3779b97f4a7c15ULL;
    before ^= before >> 32;
  }
  return hash_of({bytes + 8 * words, size - 8 * words}, before);
}

}  // namespace flowrun::train
