#include "common/random/random.h"

#include <doctest/doctest.h>

// Expected numbers: a script of its own (Python's integers), and the published ones of both functions. Phantoms, trained models and
// registrations of earlier versions were made with these bits.
namespace flowrun {

TEST_CASE("random: places of a stream give SplitMix64's numbers one after the other") {
  CHECK(random::bits_at(1234567, 0) == 6457827717110365317ULL);
  CHECK(random::bits_at(1234567, 1) == 3203168211198807973ULL);
  CHECK(random::bits_at(1234567, 2) == 9817491932198370423ULL);
}

TEST_CASE("random: streams of phantoms and of trainings are those of before") {
  CHECK(random::stream(42, 1, 6) == 0xa352c7b27303d42ULL);  // phantom's stream 6
  CHECK(random::bits_at(random::stream(42, 1, 6), std::uint64_t(-1)) == 0x978ab7aa5ee87ac4ULL);  // its noise at index 0
  CHECK(random::stream(42, 4, 3) == 0x8068e323314ac3ffULL);  // a training's order in epoch 3
  CHECK(random::bits_at(random::stream(42, 4, 3), 5) == 0x1670720b3e9e63fULL);
}

TEST_CASE("random: the places of a registration's samples are those of before") {
  CHECK(random::murmur(1) == 0xb456bcfc34c2cb2cULL);
  CHECK(random::uniform_double(random::murmur(1)) == 6345108186634329 * 0x1p-53);
}

TEST_CASE("random: uniform numbers lie in [0, 1), in steps of their type") {
  CHECK(random::uniform_float(0) == 0);
  CHECK(random::uniform_float(~std::uint64_t{0}) == 1 - 0x1p-24f);
  CHECK(random::uniform_double(~std::uint64_t{0}) == 1 - 0x1p-53);
}

}  // namespace flowrun
