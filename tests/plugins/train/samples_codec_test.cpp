// Samples as bytes: what replay, isolated firings and kept results are made with.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "toy_cases.h"

namespace flowrun::testing {
namespace {

using train::Samples;
using Bytes = std::vector<std::byte>;

Bytes written(const Payload& samples) {
  Bytes bytes;
  ByteWriter writer([&](const void* from, std::size_t length) {
    const auto* begin = static_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), begin, begin + length);
  });
  train::samples_codec().write(samples, writer);
  return bytes;
}

Samples read(const Bytes& bytes) {
  ByteReader reader(bytes);
  const auto payload = train::samples_codec().read(reader);
  ByteReader::require(reader.left() == 0, "it has more data than it says");
  return static_cast<const Samples&>(*payload);
}

std::string refusal(const Bytes& bytes) {
  try {
    read(bytes);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string refusal(const Samples& samples) { return refusal(written(samples)); }

/// All lesion voxels of a case, whose patches overlap, so that a box of the images is kept.
Samples boxed() { return static_cast<const Samples&>(*sampled(ToyCase(1), "a")); }

/// Two views of each sample.
Samples viewed() {
  return static_cast<const Samples&>(*sampled(ToyCase(1), "v", {{"size", std::vector<std::int64_t>{3, 3, 1, 1, 5, 7}}}));
}

/// Two voxels at the corners of an image: their patches are kept one by one.
Samples apart() {
  ToyCase one(1, small_grid(40, 40, 40));
  std::fill(one.lesions.voxels.begin(), one.lesions.voxels.end(), std::uint8_t{0});
  one.lesions.voxels.front() = one.lesions.voxels.back() = 1;
  return static_cast<const Samples&>(*sampled(one, "b", {{"negatives", 0.0}}));
}

void require_same(const Samples& a, const Samples& b) {
  CHECK((written(a) == written(b)));  // two pairs of brackets: bytes cannot be printed
  CHECK(a.case_name == b.case_name);
  CHECK(a.positives == b.positives);
  CHECK(a.bytes() == b.bytes());
  std::vector<float> patch_a(static_cast<std::size_t>(a.values_per_sample())), patch_b = patch_a;
  REQUIRE(a.count() == b.count());
  for (std::int64_t i = 0; i < a.count(); ++i) {
    a.copy_patches(i, patch_a.data());
    b.copy_patches(i, patch_b.data());
    CHECK(patch_a == patch_b);
  }
}

TEST_CASE("train.samples: a box, patches and nothing at all come back as they were written") {
  const Samples box = boxed(), patches = apart();
  REQUIRE(box.is_box);
  REQUIRE(!patches.is_box);
  require_same(box, read(written(box)));
  require_same(viewed(), read(written(viewed())));
  require_same(patches, read(written(patches)));
  ToyCase healthy(2);
  std::fill(healthy.lesions.voxels.begin(), healthy.lesions.voxels.end(), std::uint8_t{0});
  const PayloadPtr none = sampled(healthy, "c");
  REQUIRE(static_cast<const Samples&>(*none).count() == 0);
  require_same(static_cast<const Samples&>(*none), read(written(*none)));
}

TEST_CASE("train.samples: samples of more than two classes come back") {
  Samples classes = apart();
  classes.labels = {7, 255};
  CHECK(read(written(classes)).labels == classes.labels);
  CHECK(read(written(classes)).positives == 2);
}

TEST_CASE("train.samples: what would lead a training outside of its values is refused") {
  Samples outside = boxed();
  ++outside.box_low[0];
  CHECK(contains(refusal(outside), "a patch lies outside of its box"));
  Samples far = boxed();
  far.box_low[2] = std::numeric_limits<std::int64_t>::min();
  CHECK(contains(refusal(far), "does not fit its image"));
  Samples huge = boxed();
  huge.sizes = {{std::int64_t{1} << 40, std::int64_t{1} << 40, 1}};
  CHECK(contains(refusal(huge), "a size that cannot be"));
  Samples few = apart();
  few.values.pop_back();
  CHECK(!refusal(few).empty());
  Samples unordered = apart();
  std::swap(unordered.voxels[0], unordered.voxels[1]);
  CHECK(contains(refusal(unordered), "not in its grid or its order"));
  Samples unlabelled = apart();
  unlabelled.labels.pop_back();
  CHECK(contains(refusal(unlabelled), "its numbers of labels and of centres differ"));
  Samples none = apart();
  none.sizes.clear();
  CHECK(contains(refusal(none), "three sizes for each view"));
}

TEST_CASE("train.samples: 300 damaged texts of each are read, or refused with a sentence, and what is read can be used") {
  for (const Samples& samples : {boxed(), apart(), viewed()}) {
    const Bytes good = written(samples);
    std::mt19937 random(5);
    int read_again = 0;
    for (int number = 0; number < 300; ++number) {
      Bytes bytes = good;
      if (number % 3 == 0) bytes.resize(random() % good.size());
      else if (number % 3 == 1) bytes.resize(good.size() + 1 + random() % 16);
      const std::size_t reach = number % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 512);  // counts stand in front
      for (int i = 0; i < 1 + number % 3 && reach > 0; ++i) bytes[random() % reach] = static_cast<std::byte>(random());
      if (!refusal(bytes).empty()) continue;
      ++read_again;
      const Samples back = read(bytes);
      if (back.count() == 0) continue;
      std::vector<float> patch(static_cast<std::size_t>(back.values_per_sample()));
      for (std::int64_t i = 0; i < back.count(); ++i) back.copy_patches(i, patch.data());
    }
    CHECK(read_again > 0);    // a changed voxel value
    CHECK(read_again < 200);  // a third is cut
  }
}

}  // namespace
}  // namespace flowrun::testing
