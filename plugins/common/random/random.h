// Random numbers that depend on a stream and a place in it, and on nothing else: not on threads, not on how often others were
// drawn, not on the compiler or its library. A script can compute the same ones with 64-bit arithmetic.
// Trained models, phantoms and registered images depend on each bit of these functions.
#pragma once

#include <cstdint>

namespace flowrun::random {

inline constexpr std::uint64_t kGoldenStep = 0x9e3779b97f4a7c15ULL;

struct Mixer {
  int shift1;
  std::uint64_t factor1;
  int shift2;
  std::uint64_t factor2;
  int shift3;

  constexpr std::uint64_t operator()(std::uint64_t x) const {
    x = (x ^ (x >> shift1)) * factor1;
    x = (x ^ (x >> shift2)) * factor2;
    return x ^ (x >> shift3);
  }
};

/// SplitMix64's output function (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
inline constexpr Mixer scramble{30, 0xbf58476d1ce4e5b9ULL, 27, 0x94d049bb133111ebULL, 31};
/// MurmurHash3's finaliser, which the samples of a registration are spread with.
inline constexpr Mixer murmur{33, 0xff51afd7ed558ccdULL, 33, 0xc4ceb9fe1a85ec53ULL, 33};

/// An independent stream for a purpose (from 1) and a number, such as the epoch: what draws lesions must not depend on how often
/// noise was drawn.
constexpr std::uint64_t stream(std::uint64_t seed, std::uint64_t purpose, std::uint64_t number) {
  return scramble(scramble(seed + kGoldenStep * purpose) ^ (kGoldenStep * (number + 1)));
}

/// 64 bits at a place of a stream, from 0.
constexpr std::uint64_t bits_at(std::uint64_t of_stream, std::uint64_t place) {
  return scramble(of_stream + kGoldenStep * (place + 1));
}

/// The upper bits as a number in [0, 1): in steps of 2^-24 and of 2^-53.
constexpr float uniform_float(std::uint64_t bits) { return static_cast<float>(bits >> 40) * 0x1p-24f; }
constexpr double uniform_double(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace flowrun::random
