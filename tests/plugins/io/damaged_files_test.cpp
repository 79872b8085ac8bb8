// Files as a failing disk or a hostile sender would make them. Whatever is in them, reading ends in an image or in one
// sentence.
#include <doctest/doctest.h>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

/// The same numbers on every machine.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ = state_ * 1664525u + 1013904223u;
    return (state_ >> 8) % limit;
  }

 private:
  std::uint32_t state_;
};

/// Changes some bytes of the header, and now and then the length.
Bytes damaged(Bytes bytes, std::size_t header, Dice& dice) {
  static const unsigned char kNasty[] = {0x00, 0xff, 0x7f, 0x80, '-', '9', ' ', '\n'};
  for (std::size_t i = 0; i <= dice.below(4); ++i) {
    const std::size_t place = dice.below(std::min(header, bytes.size()));
    bytes[place] = dice.below(2) ? kNasty[dice.below(sizeof kNasty)] : static_cast<unsigned char>(dice.below(256));
  }
  if (dice.below(8) == 0) bytes.resize(1 + dice.below(bytes.size()));
  return bytes;
}

void check_all(const std::string& original, const std::string& target, std::size_t header, int rounds, bool zipped = false) {
  const Bytes sound = load(original);
  REQUIRE(read_error(original) == "");
  Dice dice(7);
  for (int round = 0; round < rounds; ++round) {
    const Bytes bytes = damaged(sound, header, dice);
    save(target, zipped ? gzipped(bytes) : bytes);
    const std::string error = read_error(target);
    CAPTURE(round);
    CAPTURE(error);
    CHECK((error.empty() || error.starts_with("cannot read '")));
    CHECK(error.find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_CASE("read_volume: damaged NIfTI headers end in an image or a sentence") {
  const TempFolder folder;
  save(folder / "a.nii", nifti_bytes({5, 4, 3}));
  check_all(folder / "a.nii", folder / "b.nii", 352, 1500);
  check_all(folder / "a.nii", folder / "b.nii.gz", 352, 500, true);
}

TEST_CASE("read_volume: damaged NRRD and MetaImage headers end in an image or a sentence") {
  const TempFolder folder;
  for (const std::string suffix : {".nrrd", ".mha"}) {
    for (const bool compress : {true, false}) {
      NodeRunner writer("io.write_volume", {{"path", folder / ("a" + suffix)}, {"compress", compress}});
      writer.input("volume", oblique_volume({5, 4, 3}));
      writer.run();
      check_all(folder / ("a" + suffix), folder / ("b" + suffix), 330, 500);
    }
  }
}

TEST_CASE("read_volume: damaged DICOM files end in an image or a sentence") {
  const TempFolder folder;
  write_dicom_slice(folder / "a.dcm", {});
  check_all(folder / "a.dcm", folder / "b.dcm", 4096, 300);
}
